"""The root is found where fat and contrast show it, on any grid, and left as planned where they show nothing."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from foramen.anatomy.root import Root
from foramen.anatomy.spine import NerveRoot, RootEvidence
from foramen.guidance.contrast_map import ContrastMap
from foramen.guidance.root_in_contrast import root_in_contrast
from foramen.imaging.volume import Volume

RADIUS_MM = 2.5
START, WAY = np.array([-8.0, 3.0, 16.0]), np.array([0.6, -0.2, -0.77])
TRUE = START + np.linspace(0, 36, 73)[:, None] * WAY / np.linalg.norm(WAY)
GRIDS = {
    "axial": (np.eye(3), (0.7, 0.7, 2.0)),
    "reversed": (np.diag([-1.0, -1.0, 1.0]), (0.6, 0.8, 2.5)),
    "oblique": (Rotation.from_euler("xyz", (14, -9, 20), degrees=True).as_matrix(), (0.8, 0.7, 1.5)),
}


def planned(off_mm: np.ndarray, uncertainty_mm: float = 2.2) -> NerveRoot:
    path = TRUE + off_mm
    return NerveRoot(
        Root.parse("L4-left"), path[36], path, path[30], (5.0, 3.0), RADIUS_MM, uncertainty_mm, RootEvidence.STATISTICS
    )


def away_from(path: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.linalg.norm(places[:, None] - path[None, ::2], axis=2).min(axis=1)


def seen(grid: str, *, fat_hu: float = -95.0, outlined_mm: float = 20.0, seed: int = 1) -> ContrastMap:
    """Fat, the root as soft tissue in it, and contrast around the root's first part, with the noise of a low dose."""
    axes, spacing = GRIDS[grid]
    shape = np.ceil(56 / np.array(spacing)).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = TRUE[36] - affine[:3, :3] @ ((shape - 1) / 2)
    places = np.moveaxis(np.indices(shape), 0, -1).reshape(-1, 3) @ affine[:3, :3].T + affine[:3, 3]
    distance = away_from(TRUE, places)
    random = np.random.default_rng(seed)
    before = np.where(distance < RADIUS_MM, 30.0, fat_hu) + random.normal(0, 20, len(places))
    sheath = (distance > RADIUS_MM) & (distance < RADIUS_MM + 2.5) & ((places - START) @ WAY < outlined_mm)
    rise = np.where(sheath, 700.0, 0.0) + random.normal(0, 28, len(places))
    old, new = (Volume(v.reshape(shape).astype(np.float32), affine) for v in (before, rise))
    none = np.zeros(shape, dtype=bool)
    return ContrastMap(new, old, sheath.reshape(shape), none, np.zeros(shape, np.float32), np.eye(4), 28.0, 0.0)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("outlined_mm", [20.0, 0.0], ids=["contrast", "fat alone"])
def test_a_root_that_the_plan_puts_4_mm_off_is_found(grid: str, outlined_mm: float) -> None:
    found = root_in_contrast(seen(grid, outlined_mm=outlined_mm), planned(np.array([1.5, 3.5, 1.0])))

    assert found.evidence is RootEvidence.IMAGE
    assert np.median(away_from(TRUE, found.path_mm)) < 0.8
    assert away_from(TRUE, found.point_mm[None])[0] < 1.0
    assert found.uncertainty_mm < 2.2


def test_where_neither_fat_nor_contrast_shows_a_root_the_plan_stays() -> None:
    expected = planned(np.array([1.5, 3.5, 1.0]))

    assert root_in_contrast(seen("axial", fat_hu=30.0, outlined_mm=0.0), expected) is expected
