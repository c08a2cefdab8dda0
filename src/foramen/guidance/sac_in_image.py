"""The thecal sac where the planning CT shows it: fluid, not the fat around it.

A sac that Foramen drew into the canal is uncertain by millimetres, and contrast in the epidural fat beside it would
count as intrathecal. Fat and fluid lie a hundred HU apart.
"""

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import Structure
from foramen.imaging.resample import resample
from foramen.imaging.volume import Volume

FLUID_HU = -30.0
"""Between epidural fat (about −100) and cerebrospinal fluid (about 10), nearer to the fluid: roots hang in fat too."""
BONE_HU, GAS_HU = 150.0, -250.0
SMOOTH_MM = 0.8
LEAST_KNOWN = 0.05


def sac_in_image(labels: LabelMap, planning: Volume) -> LabelMap:
    """The same labels, with a sac that Foramen drew cut back to where the planning CT shows fluid.

    Parameters
    ----------
    labels : LabelMap
        Around the target.
    planning : Volume
        The planning CT, HU.
    """
    if Structure.THECAL_SAC not in labels.estimated:
        return labels
    hu = resample(Volume(planning.voxels, planning.affine), labels.grid).voxels.astype(np.float32)
    known = ((hu > GAS_HU) & (hu < BONE_HU)).astype(np.float32)
    sigma = SMOOTH_MM / labels.spacing_mm
    smooth = gaussian_filter(hu * known, sigma) / np.maximum(gaussian_filter(known, sigma), LEAST_KNOWN)
    fat = labels.mask(Structure.THECAL_SAC) & (smooth < FLUID_HU)
    return replace(labels, voxels=np.where(fat, np.uint8(Structure.SPINAL_CANAL), labels.voxels))
