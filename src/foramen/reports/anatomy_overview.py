"""One picture of the anatomy that was found: the spine from the side and from the front, and every foramen."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import ROOT_LEVELS, Root, Side
from foramen.anatomy.spine import Foramen, RootEvidence
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.reports.canvas import Canvas, Stroke
from foramen.reports.marks import BODY, SMALL, Caption, mark, series
from foramen.reports.outlines import draw_outlines, draw_root
from foramen.reports.palette import NERVE, TEXT, WHITE, Colour
from foramen.reports.planes import CRANIAL, LEFT, POSTERIOR, Plane, sample
from foramen.reports.unrolled import unrolled
from foramen.reports.windows import BONE

SPINE_PIXEL_MM, SPINE_SIZE_MM = 0.29, (250.0, 290.0)
FORAMEN_PIXEL_MM, FORAMEN_SIZE_MM = 0.22, (62.0, 56.0)
FORWARD_MM = 12.0
"""From the canal's centre to the middle of the sagittal picture's bodies."""

UNCERTAIN: Colour = (255, 176, 32)
GAP = 8


def draw_anatomy_overview(ct: Ct, anatomy: Anatomy) -> Canvas:
    """Sagittal and coronal picture with numbered levels above, one picture for every root below.

    Where a level is not certain, its name ends in a question mark and the title says so.
    """
    spine = _beside([_sagittal(ct, anatomy), _coronal(ct, anatomy)])
    rows = [_beside([_foramen(ct, anatomy, Root(level, side)) for level in ROOT_LEVELS]) for side in Side]
    return Canvas(_below([spine, *rows]))


def _beside(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    height = max(p.shape[0] for p in pictures)
    padded = [np.pad(p, ((0, height - p.shape[0]), (0, GAP), (0, 0))) for p in pictures]
    return np.concatenate(padded, axis=1)


def _below(rows: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    width = max(r.shape[1] for r in rows)
    padded = [np.pad(r, ((0, GAP), (0, width - r.shape[1]), (0, 0))) for r in rows]
    return np.concatenate(padded, axis=0)


def _is_certain(anatomy: Anatomy) -> bool:
    return anatomy.levels is None or anatomy.levels.certain


def _title(anatomy: Anatomy) -> str:
    return "ANATOMY" if _is_certain(anatomy) else "LEVEL UNCERTAIN"


def _sagittal(ct: Ct, anatomy: Anatomy) -> NDArray[np.uint8]:
    """Through the middle of the canal, leaning as the spine does."""
    vertebrae = anatomy.spine.vertebrae
    scan, labels = Volume(ct.voxels, ct.affine), anatomy.structures
    if not vertebrae:
        return _spine_picture(ct, anatomy, scan, labels, _middle_plane(ct, POSTERIOR), "Sagittal")
    canals = np.array([v.canal_centre_mm for v in vertebrae])
    heights = np.array([v.centroid_mm[2] for v in vertebrae])
    x, y = np.median(canals[:, 0]), np.median(canals[:, 1]) - FORWARD_MM
    centre = (x, y, (heights.min() + heights.max()) / 2)
    plane = Plane.centred(centre, POSTERIOR, -_lean(canals), SPINE_SIZE_MM, SPINE_PIXEL_MM)
    return _spine_picture(ct, anatomy, scan, labels, plane, "Sagittal through the canal")


def _coronal(ct: Ct, anatomy: Anatomy) -> NDArray[np.uint8]:
    """Through the middle of every body: a plane would leave a lordotic spine."""
    vertebrae = anatomy.spine.vertebrae
    scan, labels = Volume(ct.voxels, ct.affine), anatomy.structures
    if not vertebrae:
        return _spine_picture(ct, anatomy, scan, labels, _middle_plane(ct, LEFT), "Coronal")
    bodies = np.array([v.centroid_mm for v in vertebrae])
    flat, flat_labels = unrolled(scan, bodies, SPINE_SIZE_MM), unrolled(labels, bodies, SPINE_SIZE_MM)
    centre = (np.median(bodies[:, 0]), 0.0, (bodies[:, 2].min() + bodies[:, 2].max()) / 2)
    plane = Plane.centred(centre, LEFT, -CRANIAL, SPINE_SIZE_MM, SPINE_PIXEL_MM)
    return _spine_picture(ct, anatomy, flat, flat_labels, plane, "Coronal, curved through the bodies")


def _middle_plane(ct: Ct, right: NDArray[np.float64]) -> Plane:
    return Plane.centred(ct.grid.corners_mm.mean(axis=0), right, -CRANIAL, SPINE_SIZE_MM, SPINE_PIXEL_MM)


def _lean(canals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector along the canal toward the head, leaning only to the side."""
    if len(canals) < 2:
        return CRANIAL
    run = CRANIAL + np.polyfit(canals[:, 2], canals[:, 0], 1)[0] * LEFT
    return np.asarray(run / np.linalg.norm(run))


def _spine_picture(
    ct: Ct, anatomy: Anatomy, scan: Volume, labels: LabelMap, plane: Plane, view: str
) -> NDArray[np.uint8]:
    canvas = Canvas(BONE.grey(sample(scan, plane)))
    draw_outlines(canvas, plane, labels)
    certain = _is_certain(anatomy)
    for vertebra in anatomy.spine.vertebrae:
        name = vertebra.level if certain else f"{vertebra.level}?"
        at = plane.to_pixel(vertebra.centroid_mm)
        canvas.text(at, name, size=BODY, bold=True, colour=WHITE if certain else UNCERTAIN, anchor="mm")
    caption = Caption(_title(anatomy), (view, f"found by: {anatomy.provider}"), BONE.title, series(ct))
    mark(canvas, plane, caption)
    return canvas.pixels


def _foramen(ct: Ct, anatomy: Anatomy, root: Root) -> NDArray[np.uint8]:
    """The sagittal plane of one foramen, with its borders and its root."""
    foramen, nerve = anatomy.spine.foramen(root), anatomy.spine.nerve(root)
    if not foramen.visible or foramen.frame is None or foramen.centre_mm is None:
        return _not_visible(root, foramen)
    plane = Plane.centred(foramen.centre_mm, POSTERIOR, -CRANIAL, FORAMEN_SIZE_MM, FORAMEN_PIXEL_MM)
    canvas = Canvas(BONE.grey(sample(ct, plane)))
    draw_outlines(canvas, plane, anatomy.structures)
    if nerve is not None:
        draw_root(canvas, plane, nerve)
        seen = "root seen" if nerve.evidence is RootEvidence.IMAGE else "root estimated"
        canvas.text(
            (12, plane.height - 14), f"{seen}, ± {nerve.uncertainty_mm:.0f} mm", size=SMALL, colour=NERVE, anchor="ld"
        )
    canvas.ring(plane.to_pixel(foramen.centre_mm), 5, Stroke(WHITE, 2.0, halo=1.5))
    title = root.title if _is_certain(anatomy) else f"{root.title}?"
    canvas.text((12, 10), title, size=BODY, bold=True, colour=WHITE, anchor="la")
    return canvas.pixels


def _not_visible(root: Root, foramen: Foramen) -> NDArray[np.uint8]:
    width, height = (round(mm / FORAMEN_PIXEL_MM) for mm in FORAMEN_SIZE_MM)
    canvas = Canvas(np.zeros((height, width, 3), np.uint8))
    canvas.text((12, 10), root.title, size=BODY, bold=True, colour=TEXT, anchor="la")
    for n, line in enumerate(["not visible:", *_folded(foramen.reason)]):
        canvas.text((12, 60 + 28 * n), line, size=SMALL, colour=TEXT, anchor="la")
    return canvas.pixels


def _folded(words: str, longest: int = 21) -> list[str]:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) > longest:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines[:6]
