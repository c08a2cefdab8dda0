"""From control scans as they come from the scanner to the spread: laid onto the plan, the needle found, then read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.guidance.contrast_map import NeedleAxis
from foramen.guidance.needle import NeedleStatus, read_needle
from foramen.guidance.registration import Registered, Trust, register
from foramen.guidance.spread import Given, Spread, read_spread
from foramen.imaging.ct import Ct
from foramen.progress import Progress, silent


@dataclass(frozen=True, eq=False)
class SpreadRead:
    """The spread, how each scan was laid onto the planning CT, and what a person must know of it."""

    spread: Spread
    before: Registered
    after: Registered
    second: Registered | None
    warnings: tuple[str, ...]


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
    target, entry = (np.asarray(p, dtype=np.float64) for p in (target_mm, entry_mm))
    laid = [register(scan, planning, target, progress=progress) for scan in (before, after)]
    later = register(second, planning, target, progress=progress) if second is not None else None
    needles = []
    for scan, place in zip((before, after), laid, strict=True):
        if (axis := _needle(scan, place, entry, target)) is not None:
            needles.append(axis)
    warnings = () if needles else ("The needle was not found in the scans, so that metal may count as contrast.",)
    refused = [r.reason for r in (*laid, *([later] if later else [])) if r.status is Trust.REFUSED]
    progress("reading the contrast", 0.0)
    spread = read_spread(
        before, after, anatomy, root, given,
        around_mm=target,
        before_to_planning=laid[0].motion.matrix,
        after_to_planning=laid[1].motion.matrix,
        needles=tuple(needles),
        second=second,
        second_to_planning=later.motion.matrix if later else None,
        doubt=refused[0] if refused else "",
    )  # fmt: skip
    progress("reading the contrast", 1.0)
    return SpreadRead(spread, laid[0], laid[1], later, warnings)


def _needle(scan: Ct, laid: Registered, entry: NDArray[np.float64], target: NDArray[np.float64]) -> NeedleAxis | None:
    """The needle beside the route, in the planning frame; none where it was not found."""
    matrix = laid.motion.matrix
    back = np.linalg.inv(matrix)
    route = np.stack([entry, target]) @ back[:3, :3].T + back[:3, 3]
    reading = read_needle(scan, route_mm=route)
    if reading.needle is None or reading.status is NeedleStatus.NOT_FOUND:
        return None
    tip = matrix[:3, :3] @ reading.needle.tip_mm + matrix[:3, 3]
    return NeedleAxis(tip, matrix[:3, :3] @ reading.needle.direction)
