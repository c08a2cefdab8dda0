"""Bone that a label map leaves out: what is as bright as its own bones is an obstacle, whatever it is.

Label maps often hold vertebrae alone, or end where a network gave up. A rib, an iliac crest, a calcified or enhanced
vessel and metal must stop a needle all the same.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import STRUCTURES_OF, VERTEBRAE, Structure, Tissue
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume

SOFT_HU = 50.0
"""Muscle, which lies around bone (`field.md` §5.4)."""

LEAST_HU = 150.0
"""However faint the labelled bone is, this is denser than muscle with contrast."""

SMOOTH_MM = 2.0
"""What is brighter on the mean over so much of a slice is no noise."""

ENOUGH_ML = 1.0
"""Less is the rim of labelled bones, and needs no warning."""

REPLACED = (
    Structure.BACKGROUND,
    Structure.DISC,
    *(s for s in Structure if Structure.BACK_MUSCLE_LEFT <= s <= Structure.GLUTEAL_RIGHT),
)
"""Where a label says so, but the CT shows bone, it is bone; nothing that is an obstacle already changes."""


def with_unlabelled_bone(ct: Ct, labels: LabelMap, body: Volume) -> LabelMap:
    """The map with `OTHER_BONE` wherever the CT is as bright as bone and no label says why.

    Bone begins half-way from muscle to the bright quarter of the labelled vertebrae: relative, since age, contrast and
    scanner shift every fixed threshold.

    Parameters
    ----------
    ct : Ct
        The scan.
    labels : LabelMap
        On its grid; not changed. One without a vertebra comes back as it is.
    body : Volume
        Inside the skin, on the same grid.
    """
    threshold = _threshold_hu(ct, labels)
    if threshold is None:
        return labels
    marked = _marked(ct, labels, body, threshold)
    millilitres = float(marked.sum() * np.prod(ct.spacing_mm)) / 1000
    if not marked.any():
        return labels
    voxels = np.where(marked, np.uint8(Structure.OTHER_BONE), labels.voxels)
    said = (
        f"{millilitres:.0f} ml as bright as bone (bone, calcium, contrast or metal) lie outside the labels and count "
        "as an obstacle."
    )
    warnings = (*labels.warnings, said) if millilitres >= ENOUGH_ML else labels.warnings
    return replace(labels, voxels=voxels, warnings=warnings)


def _threshold_hu(ct: Ct, labels: LabelMap) -> float | None:
    bone = ct.voxels[labels.mask(VERTEBRAE)]
    if not bone.size:
        return None
    return max((SOFT_HU + float(np.percentile(bone, 75))) / 2, LEAST_HU)


def _marked(ct: Ct, labels: LabelMap, body: Volume, threshold_hu: float) -> NDArray[np.bool_]:
    """Slice by slice, which voxels are bright, inside the body and not an obstacle yet."""
    free = np.zeros(256, np.bool_)
    free[[int(s) for s in REPLACED]] = True
    free[[int(s) for s in STRUCTURES_OF[Tissue.BONE]]] = False
    marked = np.zeros(ct.shape, np.bool_)
    stored, canonical = Volume(marked, ct.affine).canonical(), Volume(ct.voxels, ct.affine).canonical()
    map_, inside = Volume(labels.voxels, labels.affine).canonical(), Volume(body.voxels, body.affine).canonical()
    size = [max(round(SMOOTH_MM / s), 1) for s in canonical.spacing_mm[:2]]
    for k in range(canonical.shape[2]):
        section = canonical.voxels[..., k]
        bright = (section > threshold_hu) & free[map_.voxels[..., k]] & inside.voxels[..., k]
        if bright.any():
            bright &= ndimage.uniform_filter(section.astype(np.float32), size) > threshold_hu
        stored.voxels[..., k] = bright
    return marked
