"""Metal as a scanner sees it: partial volume, saturation, dark and bright streaks, all from one cause.

Metal is a cloud of small pieces, each of some attenuation times volume. For every slice the rays of a parallel-beam
scanner are followed through it. Each ray is as wide as a detector and as high as the slice, and what comes through is
averaged before the logarithm is taken: a ray that runs down the length of a needle saturates, the reconstruction finds
too little there, and the dark cap beyond the tip and the streaks beside the shaft follow by themselves (Joseph & Spital
1981, exponential edge gradient; Tidwell 1994 describes the cap).
"""

from dataclasses import dataclass, replace

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import gaussian_filter1d

from foramen.imaging.ct import Ct
from foramen.imaging.volume import Grid, Volume
from foramen.kernels import kernel

WATER_PER_MM = 0.0184
STEEL_PER_MM = 0.36
MARKER_PER_MM = 0.08
PLASTIC_PER_MM = 0.021
"""Attenuation at about 80 keV, nominal: steel near 20 times water, a skin marker's wire, a needle's hub."""
MOST_HU, LEAST_HU = 3071, -1024
VIEWS = 720
DETECTOR_MM = 0.8
FINE_MM = 0.2
"""Width of a detector, and of the parts of it that are followed one by one."""
KERNEL_MM = 0.35
LAYER_MM = 0.3
REACH_MM = 50.0
"""How far from the metal its streaks are drawn; they fade out over the last third."""
MISSING_SHARE = 0.3
"""How much of what rays lose to saturation stays lost; scanners mend the rest."""
RAY_NOISE = 0.015
"""Relative noise of a ray through the patient; what the metal takes away raises it."""


@dataclass(frozen=True, eq=False)
class Metal:
    """Pieces of something that stops X-rays.

    Attributes
    ----------
    points_mm
        Where they lie in LPS, shape (n, 3); at most a few tenths of a millimetre apart.
    weights_mm2
        Attenuation (per mm) times volume (mm³) of each, shape (n,).
    """

    points_mm: NDArray[np.float64]
    weights_mm2: NDArray[np.float64]

    @classmethod
    def together(cls, pieces: "list[Metal]") -> "Metal":
        """Several as one."""
        return cls(
            np.concatenate([np.empty((0, 3)), *(p.points_mm for p in pieces)]),
            np.concatenate([np.empty(0), *(p.weights_mm2 for p in pieces)]),
        )


def tube(
    line_mm: ArrayLike,
    outer_mm: float,
    per_mm: float,
    *,
    inner_mm: float = 0.0,
    step_mm: float = 0.12,
    pieces: int = 13,
) -> Metal:
    """A round wire, or a tube where `inner_mm` is given, along a line of points.

    Parameters
    ----------
    line_mm : array, shape (n, 3)
        Its axis.
    outer_mm, inner_mm : float
        Diameters.
    per_mm : float
        Attenuation of its wall.
    step_mm : float
        Distance between pieces along it.
    pieces : int
        How many lie in each cross-section.
    """
    line = np.asarray(line_mm, dtype=np.float64)
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    count = max(2, round(run[-1] / step_mm))
    at = (np.arange(count) + 0.5) * run[-1] / count
    axis_points = np.stack([np.interp(at, run, line[:, n]) for n in range(3)], axis=1)
    tangents = np.gradient(axis_points, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    aside = np.cross(tangents, np.eye(3)[np.argmin(np.abs(tangents.mean(axis=0)))])
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    upward = np.cross(tangents, aside)
    rings = _disc(inner_mm / 2, outer_mm / 2, pieces)
    offsets = rings[None, :, :1] * aside[:, None] + rings[None, :, 1:] * upward[:, None]
    points = (axis_points[:, None] + offsets).reshape(-1, 3)
    volume = np.pi / 4 * (outer_mm**2 - inner_mm**2) * run[-1] / count / len(rings)
    return Metal(points, np.full(len(points), per_mm * volume))


def _disc(inner: float, outer: float, count: int) -> NDArray[np.float64]:
    """Points that each stand for an equal share of a ring or a disc, shape (count, 2)."""
    radius = np.sqrt(inner**2 + (outer**2 - inner**2) * (np.arange(count) + 0.5) / count)
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)


def lay_metal(ct: Ct, metal: Metal, *, seed: int = 1) -> Ct:
    """The same CT with metal in it, as its scanner would have shown it.

    Every stack of slices nearest to axial counts as scanned in those slices, tilted and sheared ones as well.

    Parameters
    ----------
    ct : Ct
        Real or simulated.
    metal : Metal
        In the CT's own frame.
    seed : int
        Of the noise that the metal adds.
    """
    grid = ct.canonical().grid
    normal = np.cross(grid.direction[:, 0], grid.direction[:, 1])
    pitch = float(normal @ grid.affine[:3, 2])
    depth = (metal.points_mm - grid.origin_mm) @ normal / pitch
    slices = np.rint(depth).astype(int)
    metal_in = {k: np.flatnonzero(slices == k) for k in range(grid.shape[2])}
    if not any(here.size for here in metal_in.values()):
        return ct
    voxels = ct.voxels.copy(order="K")
    view = Volume(voxels, ct.affine).canonical().voxels
    random = np.random.default_rng(seed)
    for k, here in metal_in.items():
        if here.size:
            pieces = Metal(metal.points_mm[here], metal.weights_mm2[here])
            added, place = _in_slice(grid, k, pieces, depth[here] - k, abs(pitch), random)
            view[place] = np.clip(np.rint(view[place] + added), LEAST_HU, MOST_HU)
    return replace(ct, voxels=voxels)


def _in_slice(
    grid: Grid,
    k: int,
    metal: Metal,
    off_middle: NDArray[np.float64],
    thickness_mm: float,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], tuple[slice, slice, int]]:
    """HU that metal adds in a box of its slice around it; `off_middle` is how far off the slice's middle, in slices."""
    spacing = grid.spacing_mm[:2]
    index = grid.to_index(metal.points_mm)[:, :2]
    reach = REACH_MM / spacing
    low = np.clip(np.floor(index.min(axis=0) - reach), 0, np.array(grid.shape[:2]) - 1).astype(int)
    high = np.clip(np.ceil(index.max(axis=0) + reach) + 1, low + 1, grid.shape[:2]).astype(int)
    points = (metal.points_mm - grid.to_world([low[0], low[1], k])) @ grid.direction[:, :2]
    layers = int(np.clip(round(thickness_mm / LAYER_MM), 1, 24))
    layer = np.clip(((off_middle + 0.5) * layers).astype(int), 0, layers - 1)
    detector = max(DETECTOR_MM, 0.8 * float(spacing.max()))
    sinogram, start = _sinogram(points, layer, metal.weights_mm2, layers, thickness_mm, detector, random)
    plane = np.zeros(high - low, dtype=np.float32)
    _back_project(sinogram, start, detector / 2, spacing, plane)
    plane *= _fade(points, spacing, plane.shape) * np.float32(1000 / WATER_PER_MM)
    return plane, (slice(low[0], high[0]), slice(low[1], high[1]), k)


def _sinogram(
    points: NDArray[np.float64],
    layer: NDArray[np.int64],
    weights: NDArray[np.float64],
    layers: int,
    thickness_mm: float,
    detector_mm: float,
    random: np.random.Generator,
) -> tuple[NDArray[np.float64], float]:
    """Filtered rays of one slice at half a detector's steps, shape (VIEWS, bins), and where the first bin lies."""
    middle = points.mean(axis=0)
    radius = float(np.linalg.norm(points - middle, axis=1).max())
    far = radius + REACH_MM * 1.5 + float(np.linalg.norm(middle))
    turns = np.pi * np.arange(VIEWS) / VIEWS
    step = detector_mm / 2
    start, bins = -far, int(np.ceil(2 * far / step)) + 1
    fine = max(1, round(step / FINE_MM))
    measured = np.zeros((VIEWS, bins))
    shares = weights * layers / thickness_mm / (step / fine)
    _follow_rays(points, layer, shares, turns, layers, start, step, fine, measured)
    measured += RAY_NOISE * np.sqrt(np.expm1(np.clip(measured, 0.0, 2.0))) * random.standard_normal(measured.shape)
    measured = gaussian_filter1d(measured, KERNEL_MM / step, axis=1)
    return _ramp_filtered(measured, step), start


@kernel(parallel=True)
def _follow_rays(
    points: NDArray[np.float64], layer: NDArray[np.int64], shares: NDArray[np.float64], turns: NDArray[np.float64],
    layers: int, start: float, step: float, fine: int, measured: NDArray[np.float64],
) -> None:  # fmt: skip
    """Minus the logarithm of what comes through each detector, for every view."""
    bins = measured.shape[1]
    for view in prange(len(turns)):
        c, s = np.cos(turns[view]), np.sin(turns[view])
        path = np.zeros((bins * fine, layers))
        lowest, highest = bins * fine, 0
        for n in range(len(points)):
            t = (points[n, 0] * c + points[n, 1] * s - start) / step * fine + 0.5 * fine - 0.5
            b = int(t)
            share = t - b
            path[b, layer[n]] += shares[n] * (1 - share)
            path[b + 1, layer[n]] += shares[n] * share
            lowest, highest = min(lowest, b), max(highest, b + 1)
        # A detector is two steps wide: it overlaps each neighbour by half.
        for d in range(max(lowest // fine - 2, 0), min(highest // fine + 3, bins)):
            through, whole = 0.0, 0.0
            for b in range(d * fine - fine // 2, d * fine - fine // 2 + 2 * fine):
                for m in range(layers):
                    there = path[b, m] if lowest <= b <= highest else 0.0
                    through += np.exp(-there) if there > 0.0 else 1.0
                    whole += there
            beam = 2 * fine * layers
            linear, seen = whole / beam, -np.log(through / beam)
            measured[view, d] = linear - MISSING_SHARE * (linear - seen)


def _ramp_filtered(measured: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Each view filtered with the band-limited ramp (Ramachandran & Lakshminarayanan 1971)."""
    bins = measured.shape[1]
    size = next_fast_len(2 * bins)
    n = np.concatenate([np.arange(size // 2 + 1), np.arange(size // 2 + 1 - size, 0)])[:size]
    ramp = np.zeros(size)
    odd = n % 2 == 1
    ramp[odd] = -1 / (np.pi * n[odd] * step) ** 2
    ramp[0] = 1 / (2 * step) ** 2
    filtered = irfft(rfft(measured, size, axis=1) * rfft(ramp) * step, size, axis=1)[:, :bins]
    return np.ascontiguousarray(filtered)


@kernel(parallel=True)
def _back_project(
    sinogram: NDArray[np.float64], start: float, step: float, spacing: NDArray[np.float64], plane: NDArray[np.float32]
) -> None:
    """Smear the filtered views back over the pixels of a plane."""
    views, bins = sinogram.shape
    for i in prange(plane.shape[0]):
        for view in range(views):
            c, s = np.cos(np.pi * view / views), np.sin(np.pi * view / views)
            t = (i * spacing[0] * c - start) / step
            slope = spacing[1] * s / step
            for j in range(plane.shape[1]):
                at = t + slope * j
                b = int(at)
                if 0 <= b < bins - 1:
                    share = at - b
                    plane[i, j] += sinogram[view, b] * (1 - share) + sinogram[view, b + 1] * share
        for j in range(plane.shape[1]):
            plane[i, j] *= np.pi / views


def _fade(points: NDArray[np.float64], spacing: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """One near the metal, zero `REACH_MM` from it, shape of the plane."""
    x, y = (np.arange(n) * s for n, s in zip(shape, spacing, strict=True))
    low, high = points.min(axis=0), points.max(axis=0)
    away_x = np.maximum(np.maximum(low[0] - x, x - high[0]), 0)
    away_y = np.maximum(np.maximum(low[1] - y, y - high[1]), 0)
    away = np.hypot(away_x[:, None], away_y[None, :])
    return np.asarray(np.clip(3 * (1 - away / REACH_MM), 0, 1), dtype=np.float32)
