"""Contrast medium poured from a needle's tip: a front that takes the way of least resistance.

Every space has a resistance (per mm) and a capacity (the share of it that fluid can take). The front reaches voxels in
the order of the least summed resistance from where it starts, as pressure would drive it, until the volume is used up.
Resistances and capacities are a design choice, set so that spread looks as it does in the published figures; only the
iodine's brightness is physics.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from foramen.imaging.volume import Volume
from foramen.kernels import kernel
from foramen.simulation.injection_site import SHEATH_MM, InjectionSite, Space

HU_PER_MG_ML = 25.0
"""What a milligram of iodine in a millilitre adds at 120 kV, nominal."""

RESISTANCE = {
    Space.BLOCKED: np.inf, Space.NERVE: np.inf, Space.SHEATH: 1.0, Space.FAT: 5.0, Space.EPIDURAL: 1.6,
    Space.SAC: np.inf, Space.DISC: np.inf, Space.JOINT: 30.0, Space.MUSCLE: 14.0,
}  # fmt: skip
"""Outside: walls stand where a space can only be entered by the needle itself."""
CAPACITY = {
    Space.BLOCKED: 0.0, Space.NERVE: 0.30, Space.SHEATH: 0.60, Space.FAT: 0.45, Space.EPIDURAL: 0.60,
    Space.SAC: 0.25, Space.DISC: 0.25, Space.JOINT: 0.90, Space.MUSCLE: 0.30,
}  # fmt: skip
OWN_RESISTANCE = {
    Space.NERVE: 0.4, Space.SAC: 1.0, Space.DISC: 1.0, Space.JOINT: 0.3, Space.MUSCLE: 4.0, Space.FAT: 3.0
}  # fmt: skip
"""Of a space that the tip itself lies in."""
CLOSED = (Space.SAC, Space.NERVE, Space.DISC, Space.JOINT)
"""What flows in there stays in there."""
FINGERS = 0.8
"""How unevenly fluid advances: spread of the logarithm of resistance, in patches of `FINGER_MM`."""
FINGER_MM = 3.0
THINNER_AT_THE_FRONT = 0.5
GRAVITY = 12.0
"""In the sac: how much further fluid runs along the lowest wall than it rises above it."""


@dataclass(frozen=True, eq=False)
class Pour:
    """One part of an injection: where it starts, in which space, and how much."""

    start_mm: NDArray[np.float64]
    space: Space
    volume_ml: float


@dataclass(frozen=True, eq=False)
class Contrast:
    """Contrast in the patient, as milligrams of iodine per millilitre on the site's grid (float32).

    Attributes
    ----------
    site
        Around which root.
    stays
        What stays where it is.
    in_vessel
        What is in a vessel just after the injection.
    in_track
        What ran back along the needle.
    washout_s
        In how many seconds a vessel's contrast falls to a third.
    carried_away_ml
        What had left the site in a vessel before the injection ended.
    concentration_mg_ml
        Of the fluid in the syringe.
    injected_ml
        All of it.
    """

    site: InjectionSite
    stays: NDArray[np.float32]
    in_vessel: NDArray[np.float32]
    in_track: NDArray[np.float32]
    concentration_mg_ml: float
    injected_ml: float
    washout_s: float = 20.0
    carried_away_ml: float = 0.0

    def hu(self, seconds: float = 0.0) -> Volume:
        """HU that it adds, `seconds` after the injection."""
        vessel = self.in_vessel * np.float32(np.exp(-seconds / self.washout_s))
        total = HU_PER_MG_ML * gaussian_filter(self.stays + self.in_track + vessel, 0.6)
        return Volume(np.asarray(total, dtype=np.float32), self.site.spaces.affine)

    def ml(self, iodine: NDArray[np.float32]) -> NDArray[np.float64]:
        """Millilitres of the syringe's fluid in every voxel."""
        voxel_ml = float(np.prod(self.site.spaces.spacing_mm)) / 1000
        return np.asarray(iodine, dtype=np.float64) * voxel_ml / self.concentration_mg_ml


def pour(
    site: InjectionSite,
    pours: list[Pour],
    *,
    concentration_mg_ml: float = 100.0,
    up: NDArray[np.float64] | None = None,
    seed: int = 1,
) -> Contrast:
    """Pour contrast into a site.

    Parameters
    ----------
    site : InjectionSite
    pours : list of Pour
        A mixture is several.
    concentration_mg_ml : float
        Iodine in the syringe; dilute it for CT.
    up : array, shape (3,), optional
        Against gravity; the patient lies prone where not given.
    seed : int
        Of the fingers.
    """
    random = np.random.default_rng(seed)
    unevenness = _patches(site.spaces.shape, FINGER_MM / site.spaces.spacing_mm[0], random)
    iodine = np.zeros(site.spaces.shape, dtype=np.float32)
    prone = np.array([0.0, 1.0, 0.0])
    for part in pours:
        iodine += np.float32(concentration_mg_ml) * _poured(site, part, unevenness, prone if up is None else up)
    none = np.zeros_like(iodine)
    return Contrast(site, iodine, none, none, concentration_mg_ml, sum(part.volume_ml for part in pours))


def _poured(
    site: InjectionSite, part: Pour, unevenness: NDArray[np.float32], up: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Share of each voxel that the fluid of one pour takes; its sum is the volume poured."""
    spaces = site.spaces.voxels
    capacity = np.array([CAPACITY[space] for space in Space], dtype=np.float32)[spaces]
    per_mm = _resistances(site, part.space, up) * np.exp(FINGERS * unevenness)
    voxel_ml = float(np.prod(site.spaces.spacing_mm)) / 1000
    start = np.clip(np.rint(site.spaces.to_index(site.nearest(part.start_mm, part.space))), 0, None).astype(np.int64)
    arrival = _front(per_mm, capacity, start, part.volume_ml / voxel_ml)
    wet = arrival >= 0
    if not wet.any():
        return np.zeros(wet.shape, dtype=np.float32)
    late = arrival / max(float(arrival.max()), 1e-6)
    share = np.where(wet, capacity * (1 - THINNER_AT_THE_FRONT * late**2), 0)
    return np.asarray(share * (part.volume_ml / voxel_ml / share.sum()), dtype=np.float32)


def _resistances(site: InjectionSite, own: Space, up: NDArray[np.float64]) -> NDArray[np.float32]:
    """Resistance of every voxel, per mm, to fluid that starts in a space of its own."""
    spaces = site.spaces.voxels
    table = np.array([RESISTANCE[space] for space in Space], dtype=np.float32)
    if own in CLOSED:
        table[:] = np.inf
    table[own] = OWN_RESISTANCE.get(own, RESISTANCE[own])
    per_mm = table[spaces]
    # Loose next to the root, firmer farther out: fluid runs along the root before it runs away from it.
    sheath = spaces == Space.SHEATH
    depth = np.clip((site.near_root[sheath] - site.nerve.radius_mm) / SHEATH_MM, 0.0, 1.0)
    per_mm[sheath] *= (0.6 + 2.4 * depth**2).astype(np.float32)
    if own is Space.SAC:
        per_mm += GRAVITY * _above_floor(site, up)
    return np.asarray(per_mm, dtype=np.float32)


def _above_floor(site: InjectionSite, up: NDArray[np.float64]) -> NDArray[np.float32]:
    """How far each voxel of the sac lies above the lowest of its own axial slice, mm."""
    sac = site.spaces.voxels == Space.SAC
    index = np.argwhere(sac)
    height = site.spaces.to_world(index) @ up
    above = np.zeros(sac.shape, dtype=np.float32)
    for k in np.unique(index[:, 2]):
        here = index[:, 2] == k
        above[tuple(index[here].T)] = height[here] - height[here].min()
    return above


def _patches(shape: tuple[int, ...], sigma: float, random: np.random.Generator) -> NDArray[np.float32]:
    """Smooth noise of standard deviation one."""
    noise = gaussian_filter(random.standard_normal(shape, dtype=np.float32), sigma, truncate=2.5)
    return np.asarray(noise / noise.std(), dtype=np.float32)


@kernel()
def _front(
    per_mm: NDArray[np.float32], capacity: NDArray[np.float32], start: NDArray[np.int64], volume: float
) -> NDArray[np.float32]:
    """Summed resistance at which each voxel is reached, −1 where the volume did not reach (Dijkstra 1959)."""
    ni, nj, nk = per_mm.shape
    arrival = np.full(per_mm.shape, -1.0, dtype=np.float32)
    least = np.full(per_mm.shape, np.inf, dtype=np.float32)
    first = (start[0] * nj + start[1]) * nk + start[2]
    heap = [(0.0, first)]
    least[start[0], start[1], start[2]] = 0.0
    used = 0.0
    while len(heap) > 0 and used < volume:
        cost, here = heappop(heap)
        i, j, k = here // (nj * nk), here // nk % nj, here % nk
        if arrival[i, j, k] >= 0:
            continue
        arrival[i, j, k] = cost
        used += capacity[i, j, k]
        for di in range(-1, 2):
            for dj in range(-1, 2):
                for dk in range(-1, 2):
                    a, b, c = i + di, j + dj, k + dk
                    if (di == 0 and dj == 0 and dk == 0) or a < 0 or b < 0 or c < 0 or a >= ni or b >= nj or c >= nk:
                        continue
                    step = np.sqrt(float(di * di + dj * dj + dk * dk))
                    further = cost + step * per_mm[a, b, c]
                    if further < least[a, b, c]:
                        least[a, b, c] = further
                        heappush(heap, (further, (a * nj + b) * nk + c))
    return arrival
