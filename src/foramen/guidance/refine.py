"""A motion made exact: Gauss-Newton on the differences of HU, with outliers weighed down.

The difference between the control scan at bone points and the planning scan where a motion takes them is brought to
its least. A control slice averages over its thickness; the planning scan is averaged over the same stretch. A gain and
an offset absorb another tube voltage. Tukey's biweight takes needles, streaks, gas and whatever else is new out of the
sum (Tukey 1974; its constant 4.685 keeps 95 % efficiency on normal errors).
"""

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.guidance.bone_points import HIGHEST_HU, LOWEST_HU, BonePoints
from foramen.guidance.rigid import Motion
from foramen.imaging.volume import Volume
from foramen.kernels import kernel

TUKEY = 4.685
LEAST_NOISE_HU = 12.0
DIFFERENCE_MM = 0.7
"""Half the distance over which gradients are taken."""
STILL_MM = 0.01
LEAST_INSIDE = 200


@dataclass(frozen=True, eq=False)
class Fit:
    """A motion and how well it fits.

    Attributes
    ----------
    motion
        Control to planning.
    correlation
        Of control and planning HU over the bone points, outliers included.
    residual_mm
        The shift of a bone's edge that would explain what differences remain, root mean square.
    spread_mm
        One sigma of the centre's position that noise alone leaves, the worst direction.
    inside
        The share of the control scan's bone points that lie in the planning scan.
    """

    motion: Motion
    correlation: float
    residual_mm: float
    spread_mm: float
    inside: float


def refine(
    points: BonePoints, planning: Volume, start: Motion, slab_mm: NDArray[np.float64], rounds: int = 25
) -> Fit | None:
    """Improve a motion until it stands still.

    Parameters
    ----------
    points : BonePoints
        Of the control scan.
    planning : Volume
        In HU.
    start : Motion
    slab_mm : array, shape (m, 3)
        Steps in the control scan's frame over whose ends the planning scan is averaged: the slice's thickness.
    rounds : int
        At most.

    Returns
    -------
    Fit
        None where too few points lie in the planning scan.
    """
    motion = start
    for _ in range(rounds):
        step = _step(points, planning, motion, slab_mm)
        if step is None:
            return None
        motion = motion.then(step[:3], step[3:])
        if np.abs(step[3:]).max() < STILL_MM and np.abs(step[:3]).max() * 50 < STILL_MM:
            break
    return assess(points, planning, motion, slab_mm)


def assess(points: BonePoints, planning: Volume, motion: Motion, slab_mm: NDArray[np.float64]) -> Fit | None:
    """How well a motion fits, as it stands."""
    here = _Here.look(points, planning, motion, slab_mm)
    if here is None:
        return None
    gain, offset = here.gain
    difference = here.wanted - gain * here.seen - offset
    weights, sigma = _tukey(difference)
    jacobian = here.jacobian(gain)
    normal = (jacobian * weights[:, None]).T @ jacobian
    steep = np.linalg.norm(here.slopes, axis=1) * gain
    residual = np.sqrt((weights * difference**2).sum() / max((weights * steep**2).sum(), 1e-9))
    # Neighbouring voxels err together: about eight of them make one independent measurement.
    covariance = np.linalg.pinv(normal[:6, :6]) * sigma**2 * 8
    spread = float(np.sqrt(max(np.linalg.eigvalsh(covariance[3:, 3:])[-1], 0.0)))
    correlation = float(np.corrcoef(here.wanted, here.seen)[0, 1]) if np.ptp(here.seen) > 0 else 0.0
    return Fit(motion, correlation, float(residual), spread, len(here.wanted) / len(points))


@dataclass(frozen=True, eq=False)
class _Here:
    """What the planning scan shows where a motion takes the points that lie in it."""

    wanted: NDArray[np.float64]
    seen: NDArray[np.float64]
    slopes: NDArray[np.float64]
    arms: NDArray[np.float64]

    @classmethod
    def look(cls, points: BonePoints, planning: Volume, motion: Motion, slab_mm: NDArray[np.float64]) -> "_Here | None":
        moved = motion(points.points_mm)
        to_index = np.asarray(np.linalg.inv(planning.affine), dtype=np.float64)
        seen, slopes = np.empty(len(points)), np.empty((len(points), 3))
        _look(planning.voxels, to_index, moved, slab_mm @ motion.rotation.T, seen, slopes)
        inside = np.isfinite(seen)
        if inside.sum() < LEAST_INSIDE:
            return None
        clipped = np.clip(seen, LOWEST_HU, HIGHEST_HU)
        slopes[seen != clipped] = 0.0
        arms = moved - motion.centre_mm - motion.shift_mm
        return cls(points.values[inside], clipped[inside], slopes[inside], arms[inside])

    @property
    def gain(self) -> tuple[float, float]:
        """Line that takes planning HU to control HU, fitted robustly; held near 1 so that it can't hide a misfit."""
        gain, offset = 1.0, 0.0
        for _ in range(3):
            weights, _ = _tukey(self.wanted - gain * self.seen - offset)
            total = weights.sum()
            x, y = (weights * self.seen).sum() / total, (weights * self.wanted).sum() / total
            spread = (weights * (self.seen - x) ** 2).sum()
            slope = (weights * (self.seen - x) * (self.wanted - y)).sum() / max(spread, 1e-9)
            gain = float(np.clip(slope, 0.75, 1.3))
            offset = float(y - gain * x)
        return gain, offset

    def jacobian(self, gain: float) -> NDArray[np.float64]:
        """Change of the fitted value with turn, shift, gain and offset, shape (n, 8)."""
        by_turn = np.cross(self.arms, self.slopes)
        ones = np.ones((len(self.seen), 1))
        return np.concatenate([gain * by_turn, gain * self.slopes, self.seen[:, None], ones], axis=1)


def _step(
    points: BonePoints, planning: Volume, motion: Motion, slab_mm: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    here = _Here.look(points, planning, motion, slab_mm)
    if here is None:
        return None
    gain, offset = here.gain
    difference = here.wanted - gain * here.seen - offset
    weights, _ = _tukey(difference)
    jacobian = here.jacobian(gain)
    normal = (jacobian * weights[:, None]).T @ jacobian
    normal[np.diag_indices(8)] *= 1 + 1e-4
    change = np.linalg.lstsq(normal, jacobian.T @ (weights * difference), rcond=None)[0][:6]
    change[:3] = np.clip(change[:3], -0.1, 0.1)
    change[3:] = np.clip(change[3:], -4.0, 4.0)
    return np.asarray(change)


def _tukey(difference: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Tukey's weights, and the standard deviation they go by (from the median of the differences)."""
    sigma = max(1.4826 * float(np.median(np.abs(difference - np.median(difference)))), LEAST_NOISE_HU)
    share = np.minimum(np.abs(difference) / (TUKEY * sigma), 1.0)
    return (1 - share**2) ** 2, sigma


@kernel()
def _value(volume: NDArray[np.generic], i: float, j: float, k: float) -> float:
    a, b, c = int(i), int(j), int(k)
    a, b, c = min(a, volume.shape[0] - 2), min(b, volume.shape[1] - 2), min(c, volume.shape[2] - 2)
    u, v, w = i - a, j - b, k - c
    near = (volume[a, b, c] * (1 - u) + volume[a + 1, b, c] * u) * (1 - v) + (
        volume[a, b + 1, c] * (1 - u) + volume[a + 1, b + 1, c] * u
    ) * v
    far = (volume[a, b, c + 1] * (1 - u) + volume[a + 1, b, c + 1] * u) * (1 - v) + (
        volume[a, b + 1, c + 1] * (1 - u) + volume[a + 1, b + 1, c + 1] * u
    ) * v
    return float(near * (1 - w) + far * w)


@kernel(parallel=True)
def _look(
    volume: NDArray[np.generic],
    to_index: NDArray[np.float64],
    points: NDArray[np.float64],
    slab: NDArray[np.float64],
    seen: NDArray[np.float64],
    slopes: NDArray[np.float64],
) -> None:
    """Mean over the slab at each point, and its gradient in the world; NaN where a part of it lies outside."""
    high = np.array([volume.shape[0] - 1.0, volume.shape[1] - 1.0, volume.shape[2] - 1.0])
    for n in prange(len(points)):
        total = 0.0
        slope = np.zeros(3)
        outside = False
        for m in range(len(slab)):
            here = np.empty(3)
            for a in range(3):
                at = to_index[a, 3]
                for b in range(3):
                    at += to_index[a, b] * (points[n, b] + slab[m, b])
                here[a] = at
                reach = 0.0
                for b in range(3):
                    reach = max(reach, abs(to_index[a, b]) * DIFFERENCE_MM)
                if at < reach or at > high[a] - reach:
                    outside = True
            if outside:
                break
            total += _value(volume, here[0], here[1], here[2])
            for b in range(3):
                di, dj, dk = (
                    to_index[0, b] * DIFFERENCE_MM,
                    to_index[1, b] * DIFFERENCE_MM,
                    to_index[2, b] * DIFFERENCE_MM,
                )
                up = _value(volume, here[0] + di, here[1] + dj, here[2] + dk)
                down = _value(volume, here[0] - di, here[1] - dj, here[2] - dk)
                slope[b] += (up - down) / (2 * DIFFERENCE_MM)
        if outside:
            seen[n] = np.nan
            slopes[n] = 0.0
        else:
            seen[n] = total / len(slab)
            slopes[n] = slope / len(slab)
