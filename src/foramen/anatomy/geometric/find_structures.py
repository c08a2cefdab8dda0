"""Every structure of a CT that geometry alone can find."""

from dataclasses import dataclass

import numpy as np

from foramen.anatomy.geometric.bones import label_bones
from foramen.anatomy.geometric.canal_track import GRID_MM, track_canal
from foramen.anatomy.geometric.level_signs import NO_SIGNS, read_signs
from foramen.anatomy.geometric.naming import name_levels
from foramen.anatomy.geometric.owners import USUAL_SPACING_MM, Owners, find_owners
from foramen.anatomy.geometric.sequence import BoneLevel, find_sequence
from foramen.anatomy.geometric.soft_tissue import draw_soft_tissue
from foramen.anatomy.geometric.straight_spine import Curve, StraightSpine
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.level_names import Anchor, LevelNames
from foramen.anatomy.skin import find_body
from foramen.anatomy.structures import LUMBAR_VERTEBRAE, VERTEBRAE, Structure
from foramen.errors import InputError
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.progress import Progress, silent

SOFT = (Structure.OTHER_ORGAN, Structure.OTHER_VESSEL)
MUSCLES = (
    Structure.BACK_MUSCLE_LEFT,
    Structure.BACK_MUSCLE_RIGHT,
    Structure.ILIOPSOAS_LEFT,
    Structure.ILIOPSOAS_RIGHT,
)
FINDABLE = frozenset(
    {
        *VERTEBRAE,
        Structure.SACRUM,
        Structure.HIP_LEFT,
        Structure.HIP_RIGHT,
        Structure.RIB_LEFT,
        Structure.RIB_RIGHT,
        Structure.OTHER_BONE,
        Structure.METAL,
        Structure.DISC,
        Structure.LUNG_LEFT,
        Structure.LUNG_RIGHT,
        *SOFT,
        *MUSCLES,
    }
)
"""What would have been labelled had it been in view."""

LONGEST_WITHOUT_DISC_MM = 60.0
"""A stack so short may lie between two discs; in a longer one a spine shows one, and without it, it is no spine."""

NOT_TOLD_APART = "Organs and vessels were found as soft tissue in front of the muscles and are not told apart."


@dataclass(frozen=True, eq=False)
class Found:
    """Structures, what of the scan lies inside the skin, and how the levels got their names."""

    labels: LabelMap
    body: Volume
    levels: LevelNames


def find_structures(ct: Ct, anchor: Anchor | None = None, progress: Progress = silent) -> Found:
    """Find the structures of a lumbar spine in a CT alone.

    The canal is followed through the scan and the spine pulled straight along it; discs part the vertebrae; fronts
    from the bodies take each its own arch; sacrum and hips grow in the scan itself; what lies in front of the muscles
    of the back and is no fat must not be crossed.

    Parameters
    ----------
    ct : Ct
        Any orientation and spacing.
    anchor : Anchor, optional
        A vertebra that the user named.
    progress : Progress
        Told of each stage.

    Raises
    ------
    InputError
        If the scan shows no spine, or the anchor lies beside it.
    """
    progress("finding the skin", 0.0)
    body = find_body(ct)
    progress("following the spinal canal", 0.0)
    scan = Volume(ct.voxels, ct.affine).canonical()
    track = track_canal(scan)
    if track is None:
        raise InputError(_no_spine("no stretch of the spinal canal long enough to follow"))
    spine = StraightSpine.read_out(scan, Curve.along(track))
    bone = BoneLevel.of(spine)
    progress("parting the vertebrae", 0.0)
    discs = find_sequence(spine, bone)
    if not discs and len(track.points_mm) * GRID_MM > LONGEST_WITHOUT_DISC_MM:
        raise InputError(_no_spine("no disc between two vertebrae"))
    owners = find_owners(spine, discs, bone)
    signs = read_signs(scan, spine, owners, bone) if discs else NO_SIGNS
    names, levels = name_levels(owners, signs, spine.curve, anchor)
    progress("naming the bones", 0.0)
    voxels = label_bones(scan, spine, owners, names, bone)
    progress("telling muscles from organs", 0.0)
    l3_mm, spacing_mm = _l3(names, owners)
    draw_soft_tissue(scan, Volume(body.voxels, body.affine).canonical(), spine.curve, l3_mm, spacing_mm, voxels)
    warnings = (*levels.warnings, NOT_TOLD_APART)
    labels = LabelMap(
        voxels,
        scan.affine,
        scheme="geometric",
        confidence=levels.confidence,
        can_hold=FINDABLE,
        estimated=frozenset(SOFT),
        warnings=warnings,
    )
    return Found(_as_stored(labels, ct), body, levels)


def _no_spine(what: str) -> str:
    return (
        f"The lumbar spine was not found in this scan: {what} is in view. "
        "Give a scan of the lumbar spine, or a label map with --labels."
    )


def _l3(names: dict[int, Structure], owners: Owners) -> tuple[float, float]:
    """Height of the middle of L3, in view or not, and the spacing of vertebrae."""
    heights = [disc.along_mm for disc in owners.discs]
    spacing = float(np.median(np.diff(heights))) if len(heights) > 1 else USUAL_SPACING_MM
    middles = owners.middles_mm[:, 0]
    seen = [(middles[n - 1], s - Structure.L3) for n, s in names.items() if s in LUMBAR_VERTEBRAE]
    known = [middle + levels * spacing for middle, levels in seen if np.isfinite(middle)]
    return (float(known[0]) if known else float(heights[0]) - 3.5 * spacing if heights else 0.0), spacing


def _as_stored(labels: LabelMap, ct: Ct) -> LabelMap:
    """The map on the CT's own storage, so that both are indexed alike."""
    stored = np.empty(ct.shape, np.uint8)
    Volume(stored, ct.affine).canonical().voxels[...] = labels.voxels
    return LabelMap(
        stored,
        ct.affine,
        scheme=labels.scheme,
        confidence=labels.confidence,
        can_hold=labels.can_hold,
        estimated=labels.estimated,
        warnings=labels.warnings,
    )
