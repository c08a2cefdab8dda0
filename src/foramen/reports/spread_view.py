"""Where the contrast ran, in one picture: before and after in the plane of the root, and what was found where."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.spine import NerveRoot
from foramen.guidance.compartments import FORBIDDEN as FORBIDDEN_PLACES
from foramen.guidance.compartments import Compartment
from foramen.guidance.release import Release
from foramen.guidance.spread import Spread
from foramen.imaging.volume import Volume
from foramen.reports.canvas import Canvas, Stroke, text_width
from foramen.reports.marks import BODY, SMALL, Caption, mark
from foramen.reports.outlines import contours, draw_outlines, draw_root
from foramen.reports.palette import FORBIDDEN, QUIET, ROUTE, TEXT, WHITE, Colour
from foramen.reports.planes import LEFT, Plane, axial, sample
from foramen.reports.windows import Window

PIXEL_MM = 0.13
SIZE_MM = (78.0, 70.0)
TEXT_HEIGHT = 250
LEAST_SHOWN_ML = 0.005
CONTRAST_WINDOW = Window("Contrast", 900, 250)
ON_ROOT = (Compartment.ALONG_ROOT, Compartment.FORAMEN)


def draw_spread(spread: Spread, anatomy: Anatomy) -> Canvas:
    """Two rows of two panels, before and after along the root, what was found along it and across it, and the words."""
    nerve = spread.nerve
    before, after, place = _placed(spread)
    oblique, across = along_root(nerve), axial(_middle(spread, nerve), SIZE_MM, PIXEL_MM)
    panels = [
        _panel(before, oblique, spread, anatomy, ("Before", "along the root"), None),
        _panel(after, oblique, spread, anatomy, ("After", "along the root"), None),
        _panel(after, oblique, spread, anatomy, ("Found", "along the root"), place),
        _panel(after, across, spread, anatomy, ("Found", "axial, seen from the feet"), place),
    ]
    rows = [np.hstack([a.pixels, b.pixels]) for a, b in (panels[:2], panels[2:])]
    width = rows[0].shape[1]
    canvas = Canvas(np.vstack([*rows, np.zeros((TEXT_HEIGHT, width, 3), dtype=np.uint8)]))
    _write(canvas, spread, top=2 * oblique.height)
    return canvas


def along_root(nerve: NerveRoot) -> Plane:
    """The plane that holds the root's course and the patient's left: nearly coronal, leaning with the root."""
    course = nerve.path_mm[-1] - nerve.path_mm[0]
    down = course - (course @ LEFT) * LEFT
    return Plane.centred(nerve.point_mm, LEFT, down / np.linalg.norm(down), SIZE_MM, PIXEL_MM)


def _placed(spread: Spread) -> tuple[Volume, Volume, Volume]:
    """Before, after, and compartments (their number plus one) as volumes in the planning frame."""
    contrast = spread.contrast
    affine = contrast.to_planning @ contrast.rise.affine
    numbers = np.zeros(contrast.mask.shape, dtype=np.uint8)
    numbers[contrast.mask] = spread.place + 1
    before = contrast.before.voxels
    return Volume(before, affine), Volume(before + contrast.rise.voxels, affine), Volume(numbers, affine)


def _middle(spread: Spread, nerve: NerveRoot) -> NDArray[np.float64]:
    """Around the root, in the slice that holds most of the contrast, or most of it where none may be."""
    points = spread.contrast.points_mm
    if not len(points):
        return nerve.point_mm
    weights = np.clip(spread.contrast.iodine_mg[spread.contrast.mask], 1e-9, None)
    astray = np.isin(spread.place, [list(Compartment).index(place) for place in FORBIDDEN_PLACES])
    shown = astray if spread.decision.release is not Release.GO and astray.any() else np.ones_like(astray)
    middle = np.average(points[shown], axis=0, weights=weights[shown])
    return np.array([*nerve.point_mm[:2], middle[2]]) if shown.all() else middle


def _panel(
    scan: Volume, plane: Plane, spread: Spread, anatomy: Anatomy, view: tuple[str, str], place: Volume | None
) -> Canvas:
    canvas = Canvas(CONTRAST_WINDOW.grey(sample(scan, plane)))
    if place is not None:
        draw_outlines(canvas, plane, anatomy.structures)
        for compartment in Compartment:
            wanted = np.arange(256) == list(Compartment).index(compartment) + 1
            forbidden = compartment in FORBIDDEN_PLACES
            stroke = Stroke(colour_of(compartment), 3.5, dash=(9, 5) if forbidden else (0, 0), halo=1.5)
            canvas.lines(contours(place, plane, wanted), stroke)
    draw_root(canvas, plane, spread.nerve)
    mark(canvas, plane, Caption(spread.root.title, view, CONTRAST_WINDOW.title, ""))
    return canvas


def colour_of(compartment: Compartment) -> Colour:
    """Blue along the root, red where no contrast may be (dashed as well), white in the epidural space, else quiet."""
    if compartment in ON_ROOT:
        return ROUTE
    if compartment in FORBIDDEN_PLACES:
        return FORBIDDEN
    return WHITE if compartment is Compartment.EPIDURAL else QUIET


def _write(canvas: Canvas, spread: Spread, top: int) -> None:
    """Release and its reasons, then volumes with their colours."""
    left, line = 20, BODY + 10
    heading = f"{spread.decision.release.upper()}: {spread.decision.pattern}"
    canvas.text((left, top + 30), heading, size=BODY + 8, bold=True, colour=WHITE)
    for n, words in enumerate(spread.decision.reasons[:2]):
        canvas.text((left, top + 30 + (n + 1) * line), words, size=SMALL, colour=TEXT)
    x = float(left)
    for compartment, ml in sorted(spread.compartments_ml.items(), key=lambda item: -item[1])[:5]:
        words = f"{compartment} {ml:.2f} ml"
        if ml < LEAST_SHOWN_ML or x + 22 + text_width(words, SMALL) > canvas.pixels.shape[1]:
            break
        canvas.dot((x + 8, top + 150), 7, colour_of(compartment))
        canvas.text((x + 22, top + 150), words, size=SMALL, colour=TEXT)
        x += 50 + text_width(words, SMALL)
    for n, words in enumerate(spread.limits):
        canvas.text((left, top + 190 + n * (SMALL + 8)), words, size=SMALL, colour=QUIET)
