"""A plain torso with a spine of blocks: enough for a label map to be recognised on, and nothing more."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from foramen.imaging import Ct

SPACING_MM = 2.5
LEVELS = ("T11", "T12", "L1", "L2", "L3", "L4", "L5")
STEP_MM = 34.0
AFFINE = np.array([[SPACING_MM, 0, 0, -150.0], [0, SPACING_MM, 0, -120.0], [0, 0, SPACING_MM, -500.0], [0, 0, 0, 1.0]])
SHAPE = (120, 96, 140)


def torso() -> tuple[Ct, dict[str, NDArray[np.bool_]]]:
    """A CT in HU and the masks of what is in it, by TotalSegmentator's names."""
    x, y, z = np.meshgrid(*(AFFINE[a, 3] + SPACING_MM * np.arange(SHAPE[a]) for a in range(3)), indexing="ij")
    masks: dict[str, NDArray[np.bool_]] = {}
    top = -200.0
    for number, level in enumerate(LEVELS):
        masks[f"vertebrae_{level}"] = _vertebra(x, y, z - (top - STEP_MM * number))
    below = top - STEP_MM * len(LEVELS) - 8
    wide = (np.abs(x) < 50) & (np.abs(y - 20) < 22)
    masks["vertebrae_S1"] = wide & (np.abs(z - below) < 14)
    masks["sacrum"] = (np.abs(x) < 45) & (np.abs(y - 28) < 18) & (z < below - 13) & (z > below - 60)
    for side, sign in (("left", 1), ("right", -1)):
        masks[f"hip_{side}"] = (np.abs(x - sign * 75) < 18) & (np.abs(y - 10) < 30) & (np.abs(z - below) < 30)
        masks[f"kidney_{side}"] = ((x - sign * 60) / 25) ** 2 + (y / 25) ** 2 + ((z - top + 90) / 50) ** 2 < 1
    hu = np.where((x / 140) ** 2 + (y / 105) ** 2 < 1, 20, -1000)
    for name, mask in masks.items():
        hu[mask] = 35 if name.startswith("kidney") else 280
    noise = np.random.default_rng(7).normal(0, 12, SHAPE)
    return Ct((hu + noise).astype(np.int16), AFFINE), masks


def _vertebra(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.bool_]:
    body = (np.abs(x) < 24) & (np.abs(y) < 17) & (np.abs(z) < 13)
    arch = (np.abs(x) < 22) & (np.abs(y - 30) < 14) & (np.abs(z + 4) < 11) & ~((np.abs(x) < 10) & (y < 34))
    spinous = (np.abs(x) < 4) & (np.abs(y - 55) < 16) & (np.abs(z + 8) < 10)
    facets = (np.abs(np.abs(x) - 17) < 4) & (np.abs(y - 29) < 6) & (np.abs(z + 18) < 8)
    return body | arch | spinous | facets


def painted(masks: Mapping[str, NDArray[np.bool_]], values: Mapping[str, int]) -> NDArray[np.uint8]:
    """One label map of those structures that have a value."""
    out = np.zeros(SHAPE, np.uint8)
    for name, value in values.items():
        out[masks[name]] = value
    return out
