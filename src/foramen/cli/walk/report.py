"""The report of a walk: the procedure report with a picture for each step, in the folder where everything else lies."""

from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from foramen import __version__
from foramen.cli.walk.procedure import Walked
from foramen.cli.walk.table import OPERATOR
from foramen.planning import Plan
from foramen.progress import Progress
from foramen.reports.axial_view import AxialField, draw_axial_view
from foramen.reports.canvas import Canvas
from foramen.reports.control_view import draw_control
from foramen.reports.needle_view import NeedleField, draw_needle_view
from foramen.reports.pdf import Paper
from foramen.reports.procedure import ProcedureReport, compose, procedure_report
from foramen.reports.procedure.content import Approval, IndicationPart, Picture
from foramen.reports.spread_view import draw_spread
from foramen.reports.windows import BONE
from foramen.reports.words import sentence


def write_walk_report(
    walked: Walked, folder: Path, progress: Progress, *, made_at: datetime, paper: Paper = Paper.A4
) -> None:
    """Write `report.html`, `.pdf`, `.json`, `.dcm` and `pictures/` of a walk."""
    progress("drawing the steps", 0.0)
    drawn = _pictures(walked)
    progress("writing the report", 0.0)
    (folder / "pictures").mkdir()
    for picture, canvas in drawn:
        canvas.image().save(folder / "pictures" / f"{picture.name}.png", compress_level=4)
    shown: dict[str, Image.Image] = {picture.name: canvas.image() for picture, canvas in drawn}
    content = _content(walked, made_at).model_copy(update={"pictures": tuple(picture for picture, _ in drawn)})
    procedure_report(content, shown, paper=paper).write(folder)


def _content(walked: Walked, made_at: datetime) -> ProcedureReport:
    content = compose(
        walked.table.record,
        plan=walked.plan,
        route_id=walked.looking.route.id,
        looks=[look.found for look in walked.looking.looks],
        spreads=[tried.file for tried in walked.injecting.tries],
        patient=walked.room.planning.identity,
        made_at=made_at,
        software=f"Foramen {__version__}",
    )
    route = Approval(what=f"Route {walked.looking.route.id}", by=OPERATOR, at=walked.table.began_at)
    told = {
        "simulated": True,
        "indication": IndicationPart(text="Simulated leg pain of one root", intent="therapeutic"),
        "complications": (),
        "approvals": (route, *content.approvals),
    }
    return content.model_copy(update=told)


def _pictures(walked: Walked) -> list[tuple[Picture, Canvas]]:
    looking, anatomy = walked.looking, walked.room.anatomy
    drawn = [(Picture(name="plan", title="Plan", words="Along the needle, and axial at the entry"), _plan(walked))]
    for number, look in enumerate(looking.looks, start=1):
        words = sentence(look.found.advice_text or look.found.reason)
        picture = Picture(name=look.taken.name, title=f"Control scan {number}", words=words)
        drawn.append((picture, draw_control(look.found, walked.plan, look.taken.ct)))
    for number, tried in enumerate(walked.injecting.tries, start=1):
        words = f"{tried.file.pattern}: {tried.file.release}. {tried.file.reasons[0]}"
        title = "Contrast" if len(walked.injecting.tries) == 1 else f"Contrast {number}"
        drawn.append((Picture(name=tried.name, title=title, words=words), draw_spread(tried.read.spread, anatomy)))
    return drawn


def _plan(walked: Walked) -> Canvas:
    """The chosen route, along the needle and axial, side by side."""
    plan, room, route = walked.plan, walked.room, walked.looking.route
    planned = next(found for found in plan.roots if any(one.id == route.id for one in found.routes))
    alone: Plan = plan.model_copy(update={"roots": (planned,)})
    along = draw_needle_view(room.planning, room.anatomy, planned, route, NeedleField.of(alone), BONE)
    across = draw_axial_view(room.planning, room.anatomy, planned, route, AxialField.of(alone))
    height = max(along.height, across.height)
    return Canvas(np.concatenate([_padded(along, height), _padded(across, height)], axis=1))


def _padded(canvas: Canvas, height: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    below = np.zeros((height - canvas.height, canvas.width, 3), dtype=np.uint8)
    return np.concatenate([canvas.pixels, below])
