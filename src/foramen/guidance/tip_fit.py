"""The needle's tip to a fraction of a voxel: a blurred rod, averaged over the slices, laid into the voxels around it.

The rod is cut off at the tip and blurred by the scanner's point spread, a Gaussian within the slices and the slice's
thickness across them. Where it must end to explain the voxels best, and how much worse it would explain them ending
elsewhere, give the tip and its uncertainty. Voxels at the top of the scanner's scale only say "at least this".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import erf

from foramen.guidance.needle_lines import Slices
from foramen.guidance.shaft import Shaft
from foramen.imaging.volume import Volume

Vector = NDArray[np.float64]

BACK_MM, FORWARD_MM = 30.0, 10.0
"""Around the followed shaft's end, where the tip is looked for."""
FITTED_BACK_MM, FITTED_BACK_SLICES = 14.0, 6.0
WIDTH_MM = 4.0
SATURATED_HU = 3000.0
BEVEL_MM = 1.2
"""Length over which a spinal needle's bevel tapers, nominal; the cut-off of the rod lies in its middle."""
SIGMA_MM = (0.35, 1.3)
TYPICAL_SIGMA_MM = 0.65
LEAN = 0.035
"""One sigma of the angle between the fitted end and the followed shaft: a bend of 2°."""
PRIOR_WEIGHT = 5.0
LEAST_NOISE_HU = 25.0
MISFIT_SHARE = 0.08
"""Of the rod's peak: what a rod leaves unexplained of a real needle's streaks."""
RIVAL_COST = 1.0
"""Half a millimetre that is three times as far off as is usual."""
THICK_MM = 4.0
CAP_MM = (1.5, 5.0)
"""Beyond the tip, where its dark cap lies."""


@dataclass(frozen=True, eq=False)
class Tip:
    """Where a needle ends.

    Attributes
    ----------
    tip_mm
        The bevel's point, LPS mm in the scan's own frame.
    direction
        The shaft's unit vector there, toward the tip.
    along_mm, across_mm
        One sigma along the needle and square to it.
    drop_hu
        By how much the rod is denser than what lies beyond the tip.
    cap_hu
        How much darker it is just beyond the tip than around it; negative where there is a dark cap.
    rivals_mm
        How far from the tip the rod could also end; 0 where nowhere else.
    """

    tip_mm: Vector
    direction: Vector
    along_mm: float
    across_mm: float
    drop_hu: float
    cap_hu: float
    rivals_mm: float


def fit_tip(scan: Volume, shaft: Shaft, slices: Slices) -> Tip | None:
    """Find the end of a shaft whose last point is the one toward the tip.

    Returns
    -------
    Tip
        None where too few voxels lie around it.
    """
    end, direction = shaft.line_mm[-1], shaft.direction_at_end(max(30.0, 10 * slices.thickness_mm))
    ends, costs = _possible_ends(*shaft.profile(scan, slices, BACK_MM, FORWARD_MM))
    start = float(ends[np.argmin(costs)])
    lower = max(start - max(FITTED_BACK_MM, FITTED_BACK_SLICES * slices.thickness_mm), -shaft.length_mm)
    near = _Voxels.near(scan, end, direction, slices, lower, start + 7.0)
    if len(near.hu) < 40:
        return None
    noise = max(near.noise, LEAST_NOISE_HU)
    first = np.array([start, 0.0, 0.0, 0.0, 0.0, 1.0, TYPICAL_SIGMA_MM])
    peak = near.peak(start)
    scale = max(noise, MISFIT_SHARE * peak)
    # The shaft's own course holds the end in place where thick slices would let it lean.
    loose = 0.4 * slices.thickness_mm / max(shaft.length_mm, 10.0)
    held = np.array([1.0, max(1.0, slices.thickness_mm / 2), LEAN, LEAN + loose]) / PRIOR_WEIGHT
    found = least_squares(
        lambda p: np.append(near.residual(p, peak) / scale, p[1:5] / held),
        first,
        bounds=(
            [start - 2.5, -2.5, -2.5, -0.2, -0.2, 0.2, SIGMA_MM[0]],
            [start + 2.5, 2.5, 2.5, 0.2, 0.2, 6, SIGMA_MM[1]],
        ),
        x_scale=[1, 0.5, 0.5, 0.02, 0.02, 0.3, 0.2],
        loss="soft_l1",
        max_nfev=40,
    )
    at, one, two, lean_one, lean_two, mass, _ = found.x
    way = direction + lean_one * near.one + lean_two * near.two
    way = way / np.linalg.norm(way)
    tip = end + one * near.one + two * near.two + (at - near.pivot) * way + near.pivot * direction
    information = found.jac.T @ found.jac + np.diag([1e-6, 1.0, 1.0, 1e2, 1e2, 1e-3, 1.0])
    covariance = np.linalg.inv(information) * 8
    return Tip(
        tip_mm=tip + BEVEL_MM / 2 * way,
        direction=way,
        along_mm=float(np.sqrt(covariance[0, 0])),
        across_mm=float(np.sqrt(covariance[1, 1] + covariance[2, 2])),
        drop_hu=float(mass * peak),
        cap_hu=_cap(scan, tip, way, near.one, slices),
        rivals_mm=_rivals(ends, costs, start),
    )


def _possible_ends(
    along: NDArray[np.float64], contrast: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the shaft's contrast could drop from its usual value to none, and how badly each place explains it."""
    usual = float(np.median(contrast[along < -4.0])) if (along < -4.0).sum() > 4 else float(np.median(contrast))
    softly = 0.3 * max(usual, 1.0)
    on = np.sqrt(1 + (np.minimum(contrast - usual, 0.0) / softly) ** 2) - 1
    off = np.sqrt(1 + (contrast / softly) ** 2) - 1
    before, after = np.cumsum(on), np.cumsum(off[::-1])[::-1]
    costs = before + np.append(after[1:], 0.0)
    tried = (along > along[0] + 4.0) & (along < along[-1] - 3.0)
    return along[tried], costs[tried]


def _rivals(ends: NDArray[np.float64], costs: NDArray[np.float64], best: float) -> float:
    """How far from the best end others explain the profile almost as well."""
    almost = ends[costs < costs.min() + RIVAL_COST]
    return float(np.abs(almost - best).max())


def _cap(scan: Volume, tip: Vector, way: Vector, one: Vector, slices: Slices) -> float:
    """Mean beyond the tip less that of the tissue on both sides; where slices are thick, the most of three."""
    along = np.arange(*CAP_MM, 0.5)
    aside = np.array([-0.8, 0.0, 0.8]) * (slices.thickness_mm if slices.thickness_mm >= THICK_MM else 0.0)
    found = []
    for step in aside:
        line = tip + along[:, None] * way + step * slices.normal
        beyond = _sampled(scan, line)
        beside = np.concatenate([_sampled(scan, line + side * one) for side in (-4.0, 4.0)])
        if len(beyond) and len(beside):
            found.append(float(np.mean(beyond) - np.median(beside)))
    return max(found, default=0.0)


def _sampled(scan: Volume, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest voxels to those of the points that lie in the scan."""
    index = np.rint(scan.to_index(points)).astype(int)
    inside = ((index >= 0) & (index < scan.shape)).all(axis=1)
    return np.asarray(scan.voxels[tuple(index[inside].T)], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Voxels:
    """The voxels around a stretch of needle: along it and on two axes square to it, in mm from its followed end."""

    along: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    hu: NDArray[np.float64]
    around: NDArray[np.float64]
    slab: NDArray[np.float64]
    one: Vector
    two: Vector
    pivot: float
    noise: float

    @classmethod
    def near(
        cls, scan: Volume, end: Vector, direction: Vector, slices: Slices, lower: float, upper: float
    ) -> "_Voxels":
        one = np.cross(slices.normal, direction)
        if np.linalg.norm(one) < 0.05:
            one = np.cross(np.eye(3)[np.argmin(np.abs(direction))], direction)
        one = one / np.linalg.norm(one)
        two = np.cross(direction, one)
        box = scan.crop_around([end + lower * direction, end + upper * direction], WIDTH_MM + 1 + slices.thickness_mm)
        index = np.indices(box.shape).reshape(3, -1).T
        away = box.to_world(index) - end
        along, first, second = away @ direction, away @ one, away @ two
        hu = box.voxels.reshape(-1).astype(np.float64)
        across = away @ slices.normal - along * float(direction @ slices.normal)
        within = np.sqrt(np.maximum(first**2 + second**2 - across**2, 0.0))
        radius = np.maximum(np.hypot(first, np.where(np.abs(across) < slices.thickness_mm, 0.0, second)), within)
        in_range = (along >= lower) & (along <= upper) & (np.abs(across) <= slices.thickness_mm + WIDTH_MM)
        ring = in_range & (radius > 2.6) & (radius < WIDTH_MM)
        core = in_range & (radius <= 2.6) & (np.abs(across) <= slices.thickness_mm + 2.5)
        around = _profile(along[ring], hu[ring], along[core])
        noise = (
            float(1.4826 * np.median(np.abs(hu[ring] - _profile(along[ring], hu[ring], along[ring]))))
            if ring.any()
            else 0.0
        )
        count = max(1, round(slices.thickness_mm / 0.7))
        shares = ((np.arange(count) + 0.5) / count - 0.5) * slices.thickness_mm
        slab = np.stack([shares * (slices.normal @ axis) for axis in (direction, one, two)], axis=1)
        pivot = (lower + upper) / 2
        return cls(along[core], first[core], second[core], hu[core], around, slab, one, two, pivot, noise)

    def rod(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """The blurred rod of unit peak (were it not averaged over slices) at the voxels."""
        at, one, two, lean_one, lean_two, mass, sigma = parameters
        total = np.zeros(len(self.hu))
        for along, first, second in self.slab:
            s = self.along + along
            a = self.first + first - one - lean_one * (s - self.pivot)
            b = self.second + second - two - lean_two * (s - self.pivot)
            total += np.exp(-(a**2 + b**2) / (2 * sigma**2)) * (1 - erf((s - at) / (np.sqrt(2) * sigma))) / 2
        return np.asarray(mass * total / len(self.slab) * (TYPICAL_SIGMA_MM / sigma) ** 2)

    def peak(self, at: float) -> float:
        """Density at which the rod is about as bright as the voxels."""
        shape = self.rod(np.array([at, 0.0, 0.0, 0.0, 0.0, 1.0, TYPICAL_SIGMA_MM]))
        return max(float((self.hu - self.around) @ shape / (shape @ shape)), 100.0)

    def residual(self, parameters: NDArray[np.float64], peak: float) -> NDArray[np.float64]:
        left = peak * self.rod(parameters) + self.around - self.hu
        return np.where((self.hu > SATURATED_HU) & (left > 0), 0.0, left)


def _profile(at: NDArray[np.float64], values: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Running median along the needle, read at other places."""
    if not len(at):
        return np.zeros_like(wanted)
    steps = np.arange(at.min(), at.max() + 1.0, 1.0)
    medians = np.array(
        [np.median(values[np.abs(at - s) < 1.5]) if (np.abs(at - s) < 1.5).any() else np.nan for s in steps]
    )
    known = np.isfinite(medians)
    return np.asarray(np.interp(wanted, steps[known], medians[known]))
