"""A stack: CT pictures that lie one behind the other, and whether they make a volume."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from foramen.imaging.limits import FEWEST_SLICES, LONGEST_AXIS, MOST_VOXELS, SPACING_MM
from foramen.imaging.picture import Picture
from foramen.imaging.volume import STRAIGHT_TOLERANCE, Grid

EVEN_TOLERANCE_MM = 0.1
EVEN_TOLERANCE = 0.01
"""Slices are evenly spaced within 0.1 mm or 1 % of their distance, whichever is more (`ecosystem.md` §9)."""

WIDE_GAP = 1.5
"""A gap this many times the usual one may be a missing slice."""

PLANES = ("sagittal", "coronal", "axial")


@dataclass(frozen=True)
class Stack:
    """Pictures of one series, size and orientation, sorted along a line.

    Parameters
    ----------
    id : str
        What `--series` takes: the series number, and the stack's number where the series holds several ("7.3").
    series_uid : str
        DICOM's name of the series.
    pictures : tuple of Picture
        Along the normal of the pictures.
    """

    id: str
    series_uid: str
    pictures: tuple[Picture, ...]

    @cached_property
    def along_mm(self) -> NDArray[np.float64]:
        """Position of each slice along the normal, rising."""
        normal = self.pictures[0].normal
        return np.array([normal @ np.array(picture.position_mm) for picture in self.pictures])

    @cached_property
    def gaps_mm(self) -> NDArray[np.float64]:
        """Perpendicular distance of each slice from the next."""
        return np.diff(self.along_mm)

    @property
    def is_even(self) -> bool:
        """Whether each slice lies where even spacing puts it."""
        expected = np.linspace(self.along_mm[0], self.along_mm[-1], len(self.pictures))
        allowed = max(EVEN_TOLERANCE_MM, EVEN_TOLERANCE * float(np.median(self.gaps_mm)))
        return bool(np.abs(self.along_mm - expected).max() <= allowed)

    @cached_property
    def grid(self) -> Grid:
        """Where the stored pixels lie (columns, rows, slices), sheared if the gantry was tilted.

        Evenly spaced from the first slice to the last; only right for the slices between if `is_even`.
        """
        first, last = self.pictures[0], self.pictures[-1]
        origin = np.array(first.position_mm)
        affine = np.eye(4)
        affine[:3, 0] = first.row * first.pixel_spacing_mm[1]
        affine[:3, 1] = first.column * first.pixel_spacing_mm[0]
        affine[:3, 2] = (np.array(last.position_mm) - origin) / (len(self.pictures) - 1)
        affine[:3, 3] = origin
        return Grid((first.columns, first.rows, len(self.pictures)), affine)

    @property
    def plane(self) -> str:
        """Which plane the pictures lie nearest to."""
        return PLANES[int(np.argmax(np.abs(self.pictures[0].normal)))]

    @property
    def sentence(self) -> str:
        """What distinguishes the stack, in one line without patient data."""
        first, last = self.pictures[0], self.pictures[-1]
        angle = np.degrees(np.arccos(np.clip(np.abs(first.normal).max(), 0, 1)))
        turned = f", turned by {angle:.0f}°" if angle >= 0.5 else ""
        count = "1 slice" if first is last else f"{len(self.pictures)} slices"
        spacing = [*first.pixel_spacing_mm[::-1], *([] if first is last else [float(np.median(self.gaps_mm))])]
        z = [corner[2] for picture in (first, last) for corner in picture.corners_mm]
        kernel = f", kernel {first.kernel}" if first.kernel else ""
        return (
            f"{self.plane}{turned}, {count} of {first.columns} × {first.rows}, "
            f"{' × '.join(f'{s:.2f}' for s in spacing)} mm, z {min(z):.0f} to {max(z):.0f} mm{kernel}"
        )

    @cached_property
    def problem(self) -> str:
        """Why the stack is no volume, as the end of a sentence; empty for a volume."""
        return _too_little(self.pictures) or _bad_geometry(self) or _bad_values(self.pictures)


def _too_little(pictures: tuple[Picture, ...]) -> str:
    if len({picture.size for picture in pictures}) > 1:
        sizes = sorted({f"{p.columns} × {p.rows}" for p in pictures})
        what = " and ".join(sizes) if len(sizes) > 1 else "different pixel spacings"
        return f"mixes pictures of different sizes ({what})"
    if len(pictures) < FEWEST_SLICES:
        few = "1 slice" if len(pictures) == 1 else f"{len(pictures)} slices"
        return f"has {few}, where a volume needs at least {FEWEST_SLICES} (give the folder of the whole series)"
    if len(pictures) > LONGEST_AXIS or len(pictures) * pictures[0].rows * pictures[0].columns > MOST_VOXELS:
        return f"has {len(pictures)} slices, more than are read at once"
    return ""


def _bad_geometry(stack: Stack) -> str:
    first, least, greatest = stack.pictures[0], *SPACING_MM
    lengths = np.linalg.norm([first.row, first.column], axis=1)
    if np.abs(lengths - 1).max() > STRAIGHT_TOLERANCE or abs(first.row @ first.column) > STRAIGHT_TOLERANCE:
        return "has picture axes that are not at right angles"
    if stack.gaps_mm.min() < EVEN_TOLERANCE_MM / 2:
        return "has several pictures at one place (bolus tracking, phases or copies) and is no volume"
    spacings = np.array([*first.pixel_spacing_mm, stack.gaps_mm.max()])
    if spacings.min() < least or spacings.max() > greatest * (1 + EVEN_TOLERANCE):
        return f"has an impossible spacing ({' × '.join(f'{s:.4g}' for s in spacings)} mm): a gap, or a damaged header"
    missing = int((stack.gaps_mm > WIDE_GAP * np.median(stack.gaps_mm)).sum())
    if missing and not _numbered_without_gap(stack.pictures):
        return f"has missing slices ({missing} gap{'s' if missing > 1 else ''} wider than the usual spacing)"
    return ""


def _numbered_without_gap(pictures: tuple[Picture, ...]) -> bool:
    """Whether the scanner itself counted these slices one after the other: then no wide gap is a lost slice."""
    numbers = [picture.number for picture in pictures]
    if any(number is None for number in numbers):
        return False
    steps = set(np.diff(np.array(numbers, dtype=int)).tolist())
    return steps in ({1}, {-1})


def _bad_values(pictures: tuple[Picture, ...]) -> str:
    slopes, intercepts = (np.array([getattr(p, name) for p in pictures]) for name in ("slope", "intercept"))
    if not (np.isfinite(slopes).all() and np.isfinite(intercepts).all() and (slopes > 0).all()):
        return "has no valid rescale slope and intercept, so its values are not Hounsfield units"
    return ""
