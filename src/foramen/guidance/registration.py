"""A control scan laid onto the planning scan, rigidly, by the bones around the target; or why it can't be trusted."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.guidance.bone_points import REGION_MM, BonePoints, bone_points
from foramen.guidance.coarse_search import ALONG_MM, coarse_volume, likely_motions
from foramen.guidance.refine import Fit, refine
from foramen.guidance.rigid import Motion
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.progress import Progress, silent

LEAST_POINTS = 1500
LEAST_CORRELATION = 0.88
"""Wrong vertebrae reach 0.84 on simulated scans, right ones 0.93 and more."""
LEAST_LEAD = 0.06
"""By how much the best place must correlate better than any other, such as the one a vertebra higher."""
MOST_RESIDUAL_MM = 0.5
MOST_SPREAD_MM = 0.8
MOST_SHIFT_MM = 33.0
"""Less than a vertebra's height: what seems to have moved farther may be the wrong level."""
MOST_TURN_DEG = 15.0
APART_MM = 8.0
"""Two motions that move the target apart by more are different answers."""
SAME_MM = 0.3
SAME_SLICE_SHARE = 0.1
"""Within this (and this share of a slice) of no motion at all, no motion is the answer."""


class Trust(StrEnum):
    """Whether a position may be taken from the control scan to the plan."""

    TRUSTED = "trusted"
    REFUSED = "refused"


@dataclass(frozen=True, eq=False)
class Registered:
    """How the control scan lies on the planning scan.

    Attributes
    ----------
    status, reason
        `refused` says why.
    motion
        Control to planning; the best found, also where it is refused.
    residual_mm
        The shift of bone edges that remains unexplained; NaN where nothing could be compared.
    correlation, runner_up
        Of the best place, and of the best one elsewhere.
    """

    status: Trust
    reason: str
    motion: Motion
    residual_mm: float = float("nan")
    correlation: float = float("nan")
    runner_up: float = float("nan")


def register(control: Ct, planning: Ct, around_mm: ArrayLike, *, progress: Progress = silent) -> Registered:
    """Find the rigid motion that takes a control scan onto the planning scan.

    Parameters
    ----------
    control : Ct
        Of any geometry, as few as four slices, with or without needles.
    planning : Ct
        The scan the plan was made on.
    around_mm : array-like, shape (3,)
        The planned target, in the planning scan. The patient may have moved by 30 mm and turned by 10° since.
    progress : Progress

    Returns
    -------
    Registered
        No motion comes out as exactly none. `refused` where the bones don't agree, agree elsewhere as well, or are too
        few.
    """
    target = np.asarray(around_mm, dtype=np.float64)
    progress("laying the control scan onto the plan", 0.0)
    points = bone_points(control, target, REGION_MM + MOST_SHIFT_MM, _thickness(planning))
    if len(points) < LEAST_POINTS:
        return _refused(Motion.none(target), "the control scan shows too little bone around the target")
    coarse = coarse_volume(planning, target, REGION_MM + MOST_SHIFT_MM + ALONG_MM)
    starts = [Motion.none(target), *likely_motions(points, coarse, target, most=6)]
    progress("laying the control scan onto the plan", 0.5)
    fits = _refined(control, planning, coarse, points, starts, target)
    if not fits:
        return _refused(Motion.none(target), "the control scan lies outside the planning scan")
    best = fits[0]
    rival = max((f.correlation for f in fits[1:] if _apart(best, f, target) > APART_MM), default=0.0)
    progress("laying the control scan onto the plan", 1.0)
    return _judged(best, rival, target, _thickness(control))


def _refined(
    control: Ct,
    planning: Ct,
    coarse: Volume,
    points: BonePoints,
    starts: list[Motion],
    target: NDArray[np.float64],
) -> list[Fit]:
    """Every start improved, first with few points and on blurred bone, then the best of them exactly; best first."""
    scan = Volume(planning.voxels, planning.affine)
    few = points.thinned(2500).coarse
    rough = [fit for start in starts if (fit := refine(few, coarse, start, np.zeros((1, 3)), rounds=12))]
    different: list[Fit] = []
    for fit in sorted(rough, key=lambda f: -f.correlation):
        if all(_apart(fit, other, target) > APART_MM / 2 for other in different):
            different.append(fit)
    slab = _slab(control, _thickness(planning))
    exact = []
    for number, fit in enumerate(different[:4]):
        centred = points.thinned(16000 if number == 0 else 4000)
        if found := refine(centred, scan, fit.motion, slab):
            exact.append(found)
    return sorted(exact, key=lambda f: -f.correlation)


def _judged(best: Fit, rival: float, target: NDArray[np.float64], slice_mm: float) -> Registered:
    still = Motion.none(target)
    around = target + 30.0 * np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
    motion = best.motion
    if motion.distance_mm(still, around) < SAME_MM + SAME_SLICE_SHARE * slice_mm:
        motion = still
    reason = _doubt(best, rival, motion.distance_mm(still, target))
    status = Trust.REFUSED if reason else Trust.TRUSTED
    return Registered(status, reason, motion, best.residual_mm, best.correlation, rival)


def _doubt(best: Fit, rival: float, moved_mm: float) -> str:
    """Why a fit can't be trusted; empty where it can."""
    if best.correlation < LEAST_CORRELATION or best.residual_mm > MOST_RESIDUAL_MM:
        return (
            "the bones of the control scan do not match those of the planning scan "
            "(another patient, another region, or the patient lies differently)"
        )
    if best.correlation - rival < LEAST_LEAD:
        return "the control scan fits a neighbouring vertebra as well; scan a few slices more"
    if best.spread_mm > MOST_SPREAD_MM:
        return "the bones in view hold the control scan in place too loosely; scan a few slices more"
    if moved_mm > MOST_SHIFT_MM or best.motion.angle_deg > MOST_TURN_DEG:
        return (
            f"the patient would have moved by {moved_mm:.0f} mm and {best.motion.angle_deg:.0f}°, so that the level is "
            "not certain; scan at the planned level, or plan again"
        )
    return ""


def _refused(motion: Motion, reason: str) -> Registered:
    return Registered(Trust.REFUSED, reason, motion)


def _apart(one: Fit, other: Fit, target: NDArray[np.float64]) -> float:
    return one.motion.distance_mm(other.motion, target)


def _thickness(ct: Ct) -> float:
    return float(ct.spacing_mm.max())


def _slab(control: Ct, planned_mm: float) -> NDArray[np.float64]:
    """Steps across a control slice, about a millimetre apart, by which it is thicker than a planning slice, (m, 3)."""
    axis = int(np.argmax(control.spacing_mm))
    thickness = np.sqrt(max(float(control.spacing_mm[axis]) ** 2 - planned_mm**2, 0.0))
    count = max(1, round(thickness))
    shares = (np.arange(count) + 0.5) / count - 0.5
    return np.asarray(shares[:, None] * control.grid.direction[:, axis] * thickness)
