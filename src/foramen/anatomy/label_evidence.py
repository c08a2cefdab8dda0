"""What each value of a label map looks like on the CT: where it lies and what it is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.kernels import kernel

DENSE_HU = 160
"""Above all soft tissue without contrast. A third or more of a vertebra is denser, a tenth where it is porotic."""
FAT_HU = -30
"""Below lie fat and air, and hardly any of a vertebra."""


@dataclass(frozen=True)
class Look:
    """One value on the CT: how much of it, where, and which share is denser than 160 HU or is fat and air."""

    voxels: int
    centroid_mm: NDArray[np.float64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    dense: float
    fat: float


@dataclass(frozen=True, eq=False)
class Evidence:
    """The map on the CT's grid, both with i to the left, j to the back, k to the head, and the look of each value."""

    ct: Ct
    codes: Volume
    values: tuple[int, ...]
    looks: dict[int, Look]

    def touch(self, value: int, other: int, gap_mm: float) -> float:
        """How much of `other` lies within `gap_mm` of `value`, in mm³."""
        look, spacing = self.looks[value], self.codes.spacing_mm
        margin = np.ceil(gap_mm / spacing) + 1
        near = self.codes.crop(look.lower - margin, look.upper + margin + 1).voxels
        distance = ndimage.distance_transform_edt(near != self.values.index(value), sampling=spacing)
        return float(((distance <= gap_mm) & (near == self.values.index(other))).sum() * np.prod(spacing))


def look_at(codes: Volume, values: tuple[int, ...], ct: Ct) -> Evidence:
    """Measure every value in one walk over the map and the CT, which lie on one grid."""
    scan, labels = ct.canonical(), codes.canonical()
    order = np.argsort([-abs(s) for s in scan.voxels.strides])
    sums = np.zeros((256, 6), np.int64)  # voxels, dense, fat, and the sums of the three indices
    bounds = np.zeros((256, 3, 2), np.int64)
    bounds[:, :, 0] = max(scan.shape)
    _walk(labels.voxels.transpose(order), scan.voxels.transpose(order), DENSE_HU, FAT_HU, sums, bounds)
    back = np.argsort(order)
    looks = {}
    for code, value in enumerate(values):
        count = int(sums[code, 0])
        if code and count:
            centre = scan.to_world(sums[code, 3:][back] / count)
            box = bounds[code][back]
            looks[value] = Look(count, centre, box[:, 0], box[:, 1], sums[code, 1] / count, sums[code, 2] / count)
    return Evidence(scan, labels, values, looks)


@kernel()
def _walk(
    codes: NDArray[np.uint8],
    hu: NDArray[np.int16],
    dense: int,
    fat: int,
    sums: NDArray[np.int64],
    bounds: NDArray[np.int64],
) -> None:
    ni, nj, nk = codes.shape
    for i in range(ni):
        for j in range(nj):
            for k in range(nk):
                code = codes[i, j, k]
                if code == 0:
                    continue
                sums[code, 0] += 1
                if hu[i, j, k] > dense:
                    sums[code, 1] += 1
                elif hu[i, j, k] < fat:
                    sums[code, 2] += 1
                for axis, index in enumerate((i, j, k)):
                    sums[code, 3 + axis] += index
                    bounds[code, axis, 0] = min(bounds[code, axis, 0], index)
                    bounds[code, axis, 1] = max(bounds[code, axis, 1], index)
