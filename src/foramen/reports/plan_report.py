"""Writes the report of a plan: a page, a paper and the pictures."""

from datetime import datetime
from pathlib import Path

from foramen.anatomy.anatomy import Anatomy
from foramen.errors import UsageError
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan
from foramen.progress import Progress, silent
from foramen.reports.content import plan_content
from foramen.reports.html import plan_page
from foramen.reports.pdf import Paper, plan_pdf
from foramen.reports.pictures import draw_pictures


def write_plan_report(
    plan: Plan,
    ct: Ct,
    anatomy: Anatomy,
    folder: Path,
    progress: Progress = silent,
    *,
    made_at: datetime,
    paper: str = Paper.A4,
) -> None:
    """Write `report.html`, `report.pdf` and `pictures/` into a folder.

    Parameters
    ----------
    plan : Plan
        What to report; its scan and anatomy are the two that follow.
    ct : Ct
    anatomy : Anatomy
    folder : Path
        Exists; the caller makes it appear whole or not at all.
    progress : Progress
    made_at : datetime
        With its time zone; stands in the report. The same input gives the same bytes.
    paper : str
        `a4` or `letter`.

    Raises
    ------
    UsageError
        If the paper is neither.
    """
    if paper not in list(Paper):
        raise UsageError(f"'{paper}' is not a paper size Foramen prints on; choose a4 or letter.")
    (folder / "pictures").mkdir(exist_ok=True)
    pictures = draw_pictures(plan, ct, anatomy, folder / "pictures", progress)
    content = plan_content(plan, ct, anatomy, made_at)
    progress("writing the report", 0.0)
    (folder / "report.html").write_text(plan_page(content, pictures), encoding="utf-8")
    progress("writing the report", 0.5)
    (folder / "report.pdf").write_bytes(plan_pdf(content, pictures, Paper(paper), made_at))
    progress("writing the report", 1.0)
