"""The report on paper: A4 or Letter, one page for each root."""

import json
import tempfile
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

import typst

from foramen.reports.canvas import FONTS
from foramen.reports.content import Content
from foramen.reports.pictures import Picture


class Paper(StrEnum):
    """Size of the sheet."""

    A4 = "a4"
    LETTER = "letter"


TYPST_PAPER = {Paper.A4: "a4", Paper.LETTER: "us-letter"}


def plan_pdf(content: Content, pictures: dict[str, list[Picture]], paper: Paper, made_at: datetime) -> bytes:
    """Set the plan report as a tagged PDF with alternative texts (PDF/UA-1).

    The words reach the template as data, never as markup. Only fonts that ship inside Matplotlib are used.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for picture in (p for group in pictures.values() for p in group):
            (folder / f"{picture.name}.jpg").write_bytes(picture.jpeg)
        data = asdict(content) | {"paper": TYPST_PAPER[paper], "pictures": _described(pictures)}
        (folder / "report.json").write_text(json.dumps(data), encoding="utf-8")
        template = files("foramen.reports") / "templates" / "report.typ"
        (folder / "report.typ").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        made: bytes = typst.compile(
            folder / "report.typ",
            root=folder,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards="ua-1",
            timestamp=made_at,
        )
    return made


def _described(pictures: dict[str, list[Picture]]) -> dict[str, list[dict[str, str | float]]]:
    return {
        root: [{"file": f"{p.name}.jpg", "alt": p.alt, "aspect": p.width / p.height} for p in group]
        for root, group in pictures.items()
    }
