"""What is burnt into every picture: level and side, window, slice, direction letters and a scale bar."""

from dataclasses import dataclass

import numpy as np

from foramen.imaging.ct import Ct
from foramen.planning.plan import Route
from foramen.reports.canvas import Canvas, Stroke, text_width
from foramen.reports.palette import TEXT, WHITE
from foramen.reports.planes import Plane
from foramen.reports.words import mm

TITLE, BODY, SMALL = 38, 27, 22
"""Type sizes in pixels; pictures are printed at about ten pixels a millimetre, so 11, 7 and 6 points."""

MARGIN = 16
BAR_LENGTHS_MM = (100, 50, 20, 10)


@dataclass(frozen=True)
class Caption:
    """The words of a picture's corners.

    Attributes
    ----------
    title
        Level and side, `L5 LEFT`, always in the top left corner.
    view
        What is seen and from where, in lines below the title.
    window
        Name, width and level, in the top right corner.
    place
        Series and slice, in the bottom left corner.
    """

    title: str
    view: tuple[str, ...]
    window: str
    place: str


def series(ct: Ct) -> str:
    """`Series 4`, or nothing where the file does not say."""
    return f"Series {ct.identity.series_number}" if ct.identity.series_number else ""


def place(ct: Ct, route: Route) -> str:
    """`Series 4 · slice 84 · z −112 mm` of a route's entry; slices count from 0 as in the plan file."""
    parts = (series(ct), f"slice {route.skin.slice_index}", f"z {mm(route.skin.z_mm)}")
    return " · ".join(part for part in parts if part)


def mark(canvas: Canvas, plane: Plane, caption: Caption) -> None:
    """Burn caption, direction letters and scale bar into the part of the canvas that shows the plane."""
    right, bottom = plane.width - MARGIN, plane.height - MARGIN
    canvas.text((MARGIN, MARGIN), caption.title, size=TITLE, colour=WHITE, anchor="la", bold=True)
    for n, line in enumerate(caption.view):
        canvas.text((MARGIN, MARGIN + TITLE + 8 + n * (SMALL + 8)), line, size=SMALL, colour=TEXT, anchor="la")
    canvas.text((right, MARGIN), caption.window, size=SMALL, colour=TEXT, anchor="ra")
    canvas.text((MARGIN, bottom - SMALL - 8), caption.place, size=SMALL, colour=TEXT, anchor="ld")
    _letters(canvas, plane)
    scale_bar(canvas, plane)


def _letters(canvas: Canvas, plane: Plane) -> None:
    middle_x, middle_y = plane.width / 2, plane.height / 2
    places = {
        "top": ((middle_x, MARGIN), "ma"),
        "bottom": ((middle_x, plane.height - MARGIN), "md"),
        "left": ((MARGIN, middle_y), "lm"),
        "right": ((plane.width - MARGIN, middle_y), "rm"),
    }
    for edge, (at, anchor) in places.items():
        canvas.text(at, plane.edges[edge], size=BODY + 4, colour=WHITE, anchor=anchor, bold=True)


def scale_bar(canvas: Canvas, plane: Plane) -> None:
    """A bar of whole centimetres in the bottom right corner, at most a third of the width."""
    length_mm = next((mm for mm in BAR_LENGTHS_MM if mm / plane.pixel_mm <= plane.width / 3), BAR_LENGTHS_MM[-1])
    words = f"{length_mm // 10} cm"
    stop = plane.width - MARGIN - text_width(words, SMALL) - 10
    start = stop - length_mm / plane.pixel_mm
    y = plane.height - MARGIN - SMALL / 2
    bar = Stroke(WHITE, 3.0, halo=2.0)
    canvas.lines([np.array([[start, y], [stop, y]])], bar)
    for step in range(length_mm // 10 + 1):
        x, tall = start + step * 10 / plane.pixel_mm, 9 if step in (0, length_mm // 10) else 5
        canvas.line([[x, y - tall], [x, y]], Stroke(WHITE, 2.0))
    canvas.text((plane.width - MARGIN, y), words, size=SMALL, colour=TEXT, anchor="rm")
