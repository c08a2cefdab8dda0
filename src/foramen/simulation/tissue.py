"""HU inside a part: cortex and marrow, fat between muscle bundles, gas above fluid; as machine code.

Texture is noise in the world's millimetres, so that the same patient has the same texture at every voxel size.
"""

from math import floor

import numpy as np
from numpy.typing import NDArray

from foramen.kernels import kernel
from foramen.simulation.materials import AIR_HU, FAT_HU, MaterialKind

_PLAIN, _MUSCLE, _GUT = int(MaterialKind.PLAIN), int(MaterialKind.MUSCLE), int(MaterialKind.GUT)
_LUNG, _WALL = int(MaterialKind.LUNG), int(MaterialKind.WALL)
FIBRE_MM = (6.5, 4.5, 38.0)
"""Size of muscle bundles: they run along the trunk."""
FAT_PLANE_MM = 0.8
_HU, _TEXTURE, _SCALE, _SHELL, _SHELL_HU, _STREAK, _LEVEL = range(7, 14)


@kernel()
def _lattice(i: int, j: int, k: int, seed: int) -> float:
    """A random number in −1 to 1 for a lattice point: an integer hash (xor, shift, multiply)."""
    h = (i * 374761393 + j * 668265263 + k * 2147483647 + seed * 1274126177) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 668265263) & 0xFFFFFFFF
    return ((h ^ (h >> 15)) & 0xFFFFFF) / 8388607.5 - 1.0


@kernel()
def smooth_noise(x: float, y: float, z: float, seed: int) -> float:
    """Value noise in −1 to 1 with features one unit long."""
    fx, fy, fz = floor(x), floor(y), floor(z)
    i, j, k = int(fx), int(fy), int(fz)
    u, v, w = x - fx, y - fy, z - fz
    u, v, w = u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v), w * w * (3.0 - 2.0 * w)
    total = 0.0
    for a in range(2):
        for b in range(2):
            for c in range(2):
                weight = (u if a else 1.0 - u) * (v if b else 1.0 - v) * (w if c else 1.0 - w)
                total += weight * _lattice(i + a, j + b, k + c, seed)
    return total


@kernel()
def _share_of_shell(depth: float, width: float, shell: float) -> float:
    """How much of what a voxel holds of a part, `width` mm across, is its outermost `shell` mm."""
    if shell <= 0.0:
        return 0.0
    lowest, highest = max(depth - 0.5 * width, 0.0), depth + 0.5 * width
    if highest - lowest < 1e-6:
        return 1.0 if depth < shell else 0.0
    return min(max((shell - lowest) / (highest - lowest), 0.0), 1.0)


@kernel()
def _muscle(x: float, y: float, z: float, texture: float, hu: float, streak: float, seed: int) -> float:
    u, v, w = (0.83 * x + 0.56 * y) / FIBRE_MM[0], (0.83 * y - 0.56 * x) / FIBRE_MM[1], (z + 0.4 * y) / FIBRE_MM[2]
    patch = smooth_noise(0.35 * u, 0.35 * v, w, seed + 5)
    bundle = smooth_noise(u, v, w, seed + 7) + 0.6 * smooth_noise(1.9 * v, -1.9 * u, 1.3 * w, seed + 9)
    fat = max(1.0 - abs(bundle) / (streak * (0.5 + 0.9 * max(patch, -0.4)) + 1e-6), 0.0)
    return hu + texture + fat * (FAT_HU - hu) * min(0.25 + 2.0 * streak, 0.85)


@kernel()
def _gut(height: float, texture: float, noise: float, m: NDArray[np.float64]) -> float:
    if height > m[_LEVEL]:
        return AIR_HU + 20.0
    if noise > 1.0 - 2.0 * m[_STREAK]:
        return -450.0
    return float(m[_HU] + texture)


@kernel()
def _wall(depth: float, texture: float, m: NDArray[np.float64]) -> float:
    """Oblique and transverse muscles: layers `shell_mm` thick with fat between."""
    layer = depth / m[_SHELL]
    nearest = floor(layer + 0.5)
    if nearest > 0.0 and abs(layer - nearest) * m[_SHELL] < FAT_PLANE_MM * m[_STREAK] * 4.0:
        return FAT_HU + 30.0
    return float(m[_HU] + texture)


@kernel()
def _inner_hu(
    x: float, y: float, z: float, depth: float, kind: int, m: NDArray[np.float64], up: NDArray[np.float64], seed: int
) -> float:
    """HU of a part beneath its shell."""
    s = m[_SCALE]
    noise = smooth_noise(x / s, y / s, z / s, seed)
    texture = m[_TEXTURE] * noise
    if kind == _MUSCLE:
        return _muscle(x, y, z, texture, m[_HU], m[_STREAK], seed)
    if kind == _GUT:
        return _gut(x * up[0] + y * up[1] + z * up[2], texture, noise, m)
    if kind == _LUNG:
        return float(m[_HU] + texture if noise < 0.5 else m[_HU] + 1600.0 * (noise - 0.5))
    if kind == _WALL:
        return _wall(depth, texture, m)
    return float(m[_HU] + texture)


@kernel()
def tissue_hu(
    x: float, y: float, z: float, depth: float, width: float, kind: int, m: NDArray[np.float64],
    up: NDArray[np.float64], seed: int,
) -> float:  # fmt: skip
    """Mean HU of what a voxel holds of a part: `depth` mm inside it at the centre, `width` mm across its surface."""
    if kind == _PLAIN and m[_TEXTURE] == 0.0 and m[_SHELL] == 0.0:
        return float(m[_HU])
    shell = _share_of_shell(depth, width, m[_SHELL]) if kind != _WALL else 0.0
    if shell >= 1.0:
        return float(m[_SHELL_HU])
    return float(shell * m[_SHELL_HU] + (1.0 - shell) * _inner_hu(x, y, z, depth, kind, m, up, seed))
