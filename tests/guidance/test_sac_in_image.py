"""A sac that Foramen drew ends where the planning CT shows fat; one that was labelled is left alone."""

import numpy as np

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import Structure
from foramen.guidance.sac_in_image import sac_in_image
from foramen.imaging.volume import Volume

SPACING = np.array([0.8, -0.8, 2.0, 1.0])
SHAPE = (50, 50, 14)
FLUID_MM, DRAWN_MM, CANAL_MM = 6.0, 8.5, 11.0


def scene(*estimated: Structure) -> tuple[LabelMap, Volume, np.ndarray]:
    """Fluid in fat in a ring of bone, a sac drawn too wide, and how far each voxel lies from the middle."""
    x, y = (np.arange(n) * 0.8 - 20 for n in SHAPE[:2])
    away = np.broadcast_to(np.hypot(x[:, None], y[None, :])[..., None], SHAPE)
    hu = np.select([away < FLUID_MM, away < CANAL_MM], [12.0, -95.0], 500.0)
    hu = hu + np.random.default_rng(3).normal(0, 15, SHAPE)
    labels = np.select([away < DRAWN_MM, away < CANAL_MM], [Structure.THECAL_SAC, Structure.SPINAL_CANAL], 0)
    affine = np.diag(SPACING)
    return (
        LabelMap(labels.astype(np.uint8), affine, estimated=frozenset(estimated)),
        Volume(hu.astype(np.int16), affine),
        away,
    )


def test_the_drawn_sac_is_cut_back_to_the_fluid():
    labels, planning, away = scene(Structure.THECAL_SAC)
    sac = sac_in_image(labels, planning).mask(Structure.THECAL_SAC)

    assert sac[away < FLUID_MM - 1.0].mean() > 0.99
    assert sac[away > FLUID_MM + 1.0].mean() < 0.01


def test_a_labelled_sac_is_believed():
    labels, planning, _ = scene()

    assert sac_in_image(labels, planning) is labels
