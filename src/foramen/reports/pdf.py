"""The report on paper: A4 or Letter, one page for each root."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

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
    data = asdict(content) | {"pictures": _described(pictures)}
    return set_on_paper("report.typ", data, [p for group in pictures.values() for p in group], paper, made_at)


def set_on_paper(
    template: str, data: dict[str, Any], pictures: Iterable[Picture], paper: Paper, made_at: datetime
) -> bytes:
    """Set data by one of the templates, as a tagged PDF (PDF/UA-1); pictures lie beside it as `NAME.jpg`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for picture in pictures:
            (folder / f"{picture.name}.jpg").write_bytes(picture.jpeg)
        (folder / "report.json").write_text(json.dumps(data | {"paper": TYPST_PAPER[paper]}), encoding="utf-8")
        for part in (template, "type.typ"):
            source = files("foramen.reports") / "templates" / part
            (folder / part).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        made: bytes = typst.compile(
            folder / template,
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
