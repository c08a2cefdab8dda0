"""From control scans as they come from the scanner to the spread: laid onto the plan, the needle found, then read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.guidance.contrast_map import NeedleAxis
from foramen.guidance.needle import SeenNeedle, read_needle
from foramen.guidance.registration import Registered, Trust, register
from foramen.guidance.spread import Given, Spread, read_spread
from foramen.imaging.ct import Ct
from foramen.progress import Progress, silent

WORTH_TELLING_MM = 2.0


@dataclass(frozen=True, eq=False)
class LaidScan:
    """A control scan, how it lies on the planning CT, and the needles in it, in the planning CT's frame.

    Attributes
    ----------
    needle
        The one beside the route; none where it was not found or can't be told from another.
    others
        Whatever else looks like a needle, and hides contrast as one.
    """

    ct: Ct
    laid: Registered
    needle: NeedleAxis | None
    others: tuple[NeedleAxis, ...] = ()


@dataclass(frozen=True, eq=False)
class SpreadRead:
    """The spread, the scans it was read from, and what a person must know of it."""

    spread: Spread
    before: LaidScan
    after: LaidScan
    second: LaidScan | None
    warnings: tuple[str, ...]


def lay_scan(
    scan: Ct, planning: Ct, *, target_mm: ArrayLike, entry_mm: ArrayLike, progress: Progress = silent
) -> LaidScan:
    """Lay a control scan onto the planning CT and find the needle beside the route; see `read_spread_scans`."""
    laid = register(scan, planning, target_mm, progress=progress)
    return with_needles(scan, laid, target_mm=target_mm, entry_mm=entry_mm, progress=progress)


def with_needles(
    scan: Ct, laid: Registered, *, target_mm: ArrayLike, entry_mm: ArrayLike, progress: Progress = silent
) -> LaidScan:
    """Find the needles in a scan that was laid onto the planning CT."""
    matrix = laid.motion.matrix
    back = np.linalg.inv(matrix)
    route = np.array([entry_mm, target_mm], dtype=np.float64) @ back[:3, :3].T + back[:3, 3]
    reading = read_needle(scan, route_mm=route, progress=progress)
    meant = _axis(reading.needle, matrix) if reading.needle else None
    return LaidScan(scan, laid, meant, tuple(_axis(other, matrix) for other in reading.others))


def _axis(needle: SeenNeedle, matrix: NDArray[np.float64]) -> NeedleAxis:
    moved = needle.in_frame(matrix)
    return NeedleAxis(moved.tip_mm, moved.direction)


def read_spread_scans(
    before: Ct,
    after: Ct,
    planning: Ct,
    anatomy: Anatomy,
    root: Root,
    given: Given,
    *,
    target_mm: ArrayLike,
    entry_mm: ArrayLike,
    second: Ct | None = None,
    progress: Progress = silent,
) -> SpreadRead:
    """Read the spread from scans whose place nobody has told.

    Parameters
    ----------
    before, after, second : Ct
        Control scans without contrast, with it, and (optionally) with it a little later.
    planning : Ct
        The scan the plan was made on.
    anatomy : Anatomy
        Of that scan.
    root, given
        See `read_spread`.
    target_mm, entry_mm : array-like, shape (3,)
        Of the route, in the planning CT.
    """
    laid = [
        lay_scan(scan, planning, target_mm=target_mm, entry_mm=entry_mm, progress=progress)
        for scan in (before, after, *([second] if second else []))
    ]
    return read_laid_scans(
        *laid, planning=planning, anatomy=anatomy, root=root, given=given, target_mm=target_mm, progress=progress
    )


def read_laid_scans(
    before: LaidScan,
    after: LaidScan,
    second: LaidScan | None = None,
    *,
    planning: Ct,
    anatomy: Anatomy,
    root: Root,
    given: Given,
    target_mm: ArrayLike,
    progress: Progress = silent,
) -> SpreadRead:
    """The same for scans that `lay_scan` has laid onto the planning CT."""
    scans = [scan for scan in (before, after, second) if scan is not None]
    # The needle in the scan with the contrast counts first: it may have been moved since the other.
    needles = tuple(scan.needle for scan in (after, before) if scan.needle is not None)
    others = tuple(other for scan in (after, before) for other in scan.others)
    progress("reading the contrast", 0.0)
    spread = read_spread(
        before.ct, after.ct, anatomy, root, given,
        around_mm=target_mm,
        before_to_planning=before.laid.motion.matrix,
        after_to_planning=after.laid.motion.matrix,
        needles=(*needles, *others),
        second=second.ct if second else None,
        second_to_planning=second.laid.motion.matrix if second else None,
        planning=planning,
        doubt=_doubt(scans, needles),
    )  # fmt: skip
    progress("reading the contrast", 1.0)
    return SpreadRead(spread, before, after, second, _warnings(spread, anatomy))


def _warnings(spread: Spread, anatomy: Anatomy) -> tuple[str, ...]:
    """Where the scans show the root elsewhere than the plan."""
    planned = anatomy.spine.nerve(spread.root)
    assert planned is not None
    off = float(np.linalg.norm(spread.nerve.path_mm - planned.point_mm, axis=1).min())
    if off < WORTH_TELLING_MM:
        return ()
    return (
        f"The scans show {spread.root} {off:.0f} mm from where the plan expected it; the spread is read beside it.",
    )


def _doubt(scans: list[LaidScan], needles: tuple[NeedleAxis, ...]) -> str:
    """Why what is read can't be trusted, as the end of a sentence; empty where it can."""
    refused = [scan.laid.reason for scan in scans if scan.laid.status is Trust.REFUSED]
    if refused:
        return refused[0]
    return "" if needles else "no needle was found beside the route in either of them"
