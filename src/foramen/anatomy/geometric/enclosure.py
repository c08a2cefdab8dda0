"""How much a voxel is enclosed by bone: the mark by which the spinal canal stands out of everything else."""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.kernels import kernel

SOFT_TISSUE_HU = (-60.0, 140.0)
"""What the canal holds: fat around the sac to contrast-enhanced or noisy soft tissue."""

BONE_RISE_HU = 110.0
"""A wall is what rises this much above the voxel looked from. Relative, so that neither contrast nor a scanner's
calibration matters; osteoporotic cortex still rises more than 200 HU over the sac."""

REACH_MM = 24.0
"""A lumbar canal is 20 to 29 mm wide (Cook 2021, doi 10.14444/8149: 28.2 ± 3.1 mm at L5): its walls lie nearer."""

LIKENESS_MM = 5.0
"""How unlike the distances to the left and right wall may be, one sigma."""

ONE_SIDED = 0.3
"""What a ray counts whose mirror image finds no wall (an open foramen on one side)."""


@kernel(parallel=True)
def symmetric_enclosure(
    hu: NDArray[np.float32],
    spacing_mm: float,
    ray_count: int,
    reach_mm: float,
    soft_hu: tuple[float, float],
    rise_hu: float,
    likeness_mm: float,
    one_sided: float,
    enclosure: NDArray[np.float32],
) -> None:
    """Look from every soft voxel along rays in its axial plane and count the walls that are alike on both sides.

    The canal is enclosed by bone and lies in the midline of what encloses it; marrow inside a hip bone is enclosed
    too, but lopsidedly. `hu` stands straight in the patient with equal spacing; `enclosure` comes out between 0 and 1.
    """
    ni, nj, nk = hu.shape
    half = ray_count // 2
    for k in prange(nk):
        distance = np.empty(ray_count)
        for i in range(ni):
            for j in range(nj):
                enclosure[i, j, k] = 0.0
                if hu[i, j, k] < soft_hu[0] or hu[i, j, k] > soft_hu[1]:
                    continue
                for ray in range(ray_count):
                    # Ray n and ray count − 1 − n are mirror images in the sagittal plane.
                    angle = 2 * np.pi * (ray + 0.5) / ray_count - np.pi / 2
                    distance[ray] = _wall(hu, i, j, k, np.cos(angle), np.sin(angle), spacing_mm, reach_mm, rise_hu)
                total = 0.0
                for ray in range(half):
                    one, other = distance[ray], distance[ray_count - 1 - ray]
                    if one > 0 and other > 0:
                        total += np.exp(-0.5 * ((one - other) / likeness_mm) ** 2)
                    elif one > 0 or other > 0:
                        total += one_sided
                enclosure[i, j, k] = total / half


@kernel()
def _wall(
    hu: NDArray[np.float32],
    i: int,
    j: int,
    k: int,
    to_left: float,
    to_back: float,
    spacing_mm: float,
    reach_mm: float,
    rise_hu: float,
) -> float:
    """Distance in mm to the first wall along a ray; −1 where none is within reach."""
    steps = int(reach_mm / spacing_mm)
    for step in range(1, steps + 1):
        a = int(np.floor(i + to_left * step + 0.5))
        b = int(np.floor(j + to_back * step + 0.5))
        if a < 0 or b < 0 or a >= hu.shape[0] or b >= hu.shape[1]:
            return -1.0
        if hu[a, b, k] > hu[i, j, k] + rise_hu:
            return step * spacing_mm
    return -1.0
