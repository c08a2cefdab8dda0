"""The anatomy of a CT from its label map."""

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.bone_mask import boxes_of
from foramen.anatomy.centreline import trace_canal
from foramen.anatomy.foramina import find_foramen
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.nerve_roots import lumbar_root, sacral_root
from foramen.anatomy.root import LUMBAR_LEVELS, Root, Side
from foramen.anatomy.s1_foramina import find_s1_foramina
from foramen.anatomy.sacrum import find_first_sacral
from foramen.anatomy.skin import find_body
from foramen.anatomy.spine import Spine
from foramen.anatomy.structures import Structure
from foramen.anatomy.thecal_sac import draw_canal
from foramen.anatomy.unlabelled_bone import with_unlabelled_bone
from foramen.anatomy.vertebrae import SeenVertebra, find_vertebrae
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.progress import Progress, silent


def from_labels(ct: Ct, labels: LabelMap, progress: Progress = silent, *, body: Volume | None = None) -> Anatomy:
    """Measure the spine on a label map, find the skin, and draw canal and thecal sac where no label gives them.

    Parameters
    ----------
    ct : Ct
        The scan.
    labels : LabelMap
        Its structures, on the same grid.
    progress : Progress
        Told of each stage.
    body : Volume, optional
        What `find_body` found, where it was already asked.

    Returns
    -------
    Anatomy
        With every lumbar foramen and both of S1, visible or not and then with the reason. All positions LPS mm.
    """
    progress("finding the skin", 0.0)
    body = body or find_body(ct)
    progress("measuring the vertebrae", 0.0)
    scan, map_ = ct.canonical(), labels.canonical()
    boxes = boxes_of(map_)
    vertebrae, warnings = find_vertebrae(map_, boxes)
    sacral = find_first_sacral(map_, boxes, vertebrae[-1]) if _ends_lumbar(vertebrae) else None
    progress("finding the foramina", 0.0)
    foramina = [find_foramen(root, *_neighbours(root, vertebrae, sacral)) for root in _lumbar_roots(vertebrae)]
    openings = list(find_s1_foramina(sacral, scan, has_sacrum=Structure.SACRUM in boxes).values())
    warnings += [
        f"The foramen of {f.foramen.root} could not be seen through the sacrum: its place is estimated, one sigma "
        f"{f.uncertainty_mm:.0f} mm."
        for f in openings
        if f.foramen.visible and not f.seen_in_image
    ]
    progress("tracing the nerve roots", 0.0)
    roots = [lumbar_root(f, scan) for f in foramina if f.foramen.visible]
    roots += [sacral_root(f) for f in openings if f.foramen.visible]
    progress("drawing the spinal canal", 0.0)
    column = [*vertebrae, *([sacral] if sacral else [])]
    canal = trace_canal(column)
    spine = Spine(
        tuple(s.vertebra for s in column),
        canal.centreline_mm,
        tuple(f.foramen for f in foramina) + tuple(f.foramen for f in openings),
        tuple(roots),
        tuple(warnings),
    )
    structures = with_unlabelled_bone(ct, draw_canal(labels, canal), body)
    progress("drawing the spinal canal", 1.0)
    return Anatomy("labels", structures, body, spine, (*structures.warnings, *warnings))


def _ends_lumbar(vertebrae: list[SeenVertebra]) -> bool:
    """Whether the lowest vertebra in view can stand on the sacrum."""
    return bool(vertebrae) and vertebrae[-1].vertebra.level in ("L4", "L5", "L6")


def _lumbar_roots(vertebrae: list[SeenVertebra]) -> list[Root]:
    levels = [*LUMBAR_LEVELS, *(["L6"] if any(s.vertebra.level == "L6" for s in vertebrae) else [])]
    return [Root(level, side) for level in levels for side in Side]


def _neighbours(
    root: Root, vertebrae: list[SeenVertebra], sacral: SeenVertebra | None
) -> tuple[SeenVertebra | None, SeenVertebra | None, str]:
    """The vertebra of a root's level, the one below it, and what that one is called."""
    by_level = {s.vertebra.level: s for s in vertebrae}
    upper = by_level.get(root.level)
    number = int(root.level[1])
    below = f"L{number + 1}"
    if below in by_level or number < len(LUMBAR_LEVELS):
        return upper, by_level.get(below), below
    return upper, sacral, "the sacrum"
