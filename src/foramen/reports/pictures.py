"""The pictures of a plan report, each with its file name and its words for those who can't see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.progress import Progress
from foramen.reports.axial_view import AxialField, draw_axial_view
from foramen.reports.canvas import Canvas
from foramen.reports.content import recommended
from foramen.reports.needle_view import NeedleField, draw_needle_view
from foramen.reports.overview import draw_coronal_overview, draw_sagittal_overview
from foramen.reports.side_view import SideField, draw_side_view
from foramen.reports.surface_view import Scene, draw_surface_view
from foramen.reports.windows import BONE, SOFT_TISSUE

JPEG_QUALITY = 92
"""Of the copies inside page and paper; the files under `pictures/` are lossless."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished picture.

    Attributes
    ----------
    name
        File name without its ending, `L5-left-needle-bone`.
    alt
        What it shows, in words.
    width, height
        Pixels.
    jpeg
        The copy that page and paper embed.
    """

    name: str
    alt: str
    width: int
    height: int
    jpeg: bytes


def draw_pictures(plan: Plan, ct: Ct, anatomy: Anatomy, folder: Path, progress: Progress) -> dict[str, list[Picture]]:
    """Draw every picture, write each as PNG into `folder`, and give the copies to embed by root; "" is the overview."""
    progress("drawing the pictures", 0.0)
    drawn = {
        "": [
            _kept(
                draw_coronal_overview(ct, anatomy, plan), "overview-coronal", "Frontal overview of all routes", folder
            ),
            _kept(draw_sagittal_overview(ct, anatomy, plan), "overview-sagittal", "Overview from the side", folder),
        ]
    }
    planned = [(found, best) for found in plan.roots if (best := recommended(found))]
    if not planned:
        return drawn
    scene = Scene.of(plan, anatomy)
    fields = NeedleField.of(plan), AxialField.of(plan), SideField.of(plan)
    for n, (found, best) in enumerate(planned):
        title = Root.parse(found.root).title
        progress("drawing the pictures", (n + 1) / (len(planned) + 1))
        drawn[found.root] = [
            _kept(canvas, f"{found.root}-{name}", f"{title}: {alt}", folder)
            for name, alt, canvas in _of_root(ct, anatomy, scene, found, best, fields)
        ]
    progress("drawing the pictures", 1.0)
    return drawn


def _of_root(
    ct: Ct,
    anatomy: Anatomy,
    scene: Scene,
    found: PlannedRoot,
    best: Route,
    fields: tuple[NeedleField, AxialField, SideField],
) -> Iterator[tuple[str, str, Canvas]]:
    along, across, side = fields
    alt = "the plane of the needle with its depths, {} window"
    yield "needle-bone", alt.format("bone"), draw_needle_view(ct, anatomy, found, best, along, BONE)
    yield "needle-soft", alt.format("soft tissue"), draw_needle_view(ct, anatomy, found, best, along, SOFT_TISSUE)
    yield (
        "axial",
        "axial slice at the entry with its distance from the midline and the angle from vertical",
        draw_axial_view(ct, anatomy, found, best, across),
    )
    yield "3d", "spine, skin and needle in three dimensions", draw_surface_view(scene, anatomy, found, best)
    yield "side", "sagittal slice with the range of the control scans", draw_side_view(ct, anatomy, found, best, side)


def _kept(canvas: Canvas, name: str, alt: str, folder: Path) -> Picture:
    image = canvas.image()
    image.save(folder / f"{name}.png", compress_level=4)
    copy = BytesIO()
    image.save(copy, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return Picture(name, alt, canvas.width, canvas.height, copy.getvalue())
