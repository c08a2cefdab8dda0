"""A document for a patient: sections of plain sentences, put together from text data for one case.

A section or a point with a `when` is left out only where its condition is known not to hold: what is not known is
told, worded so that it is right for everybody.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from foramen.errors import UsageError
from foramen.pathway.answer import Answer
from foramen.pathway.engine import Condition, Scope
from foramen.pathway.facts.base import Facts


class Section(Facts):
    """A heading with sentences and points."""

    id: str
    heading: str
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


class Document(Facts):
    """What the patient reads."""

    title: str
    language: str
    version: str
    sections: tuple[Section, ...] = Field(min_length=1)

    def section(self, name: str) -> Section | None:
        """The section of that id, or None where this case has none."""
        return next((section for section in self.sections if section.id == name), None)

    def to_markdown(self) -> str:
        """As Markdown: one heading per section, points as a list."""
        parts = [f"# {self.title}"]
        for section in self.sections:
            parts.append(f"## {section.heading}")
            if section.sentences:
                parts.append("\n\n".join(section.sentences))
            if section.points:
                parts.append("\n".join(f"- {point}" for point in section.points))
        return "\n\n".join(parts) + "\n"

    def to_text(self) -> str:
        """The words alone, a line for each sentence group and point: what a reading age is measured on."""
        lines = [self.title]
        for section in self.sections:
            lines += [section.heading, *section.sentences, *section.points]
        return "\n".join(lines)


def languages() -> tuple[str, ...]:
    """The languages that there are texts in."""
    folders = (files("foramen.pathway") / "texts").iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.is_dir() and len(folder.name) == 2))


def compose(name: str, language: str, facts: Scope, values: Mapping[str, object]) -> Document:
    """Put a document together.

    Parameters
    ----------
    name : str
        The text, such as `leaflet`.
    language : str
        Such as `en`.
    facts : mapping
        What the conditions of sections and points speak of.
    values : mapping
        What the placeholders stand for; a value that is a tuple of strings becomes one point each.

    Raises
    ------
    UsageError
        If there is no such text in that language; the message lists the languages there are.
    """
    data = text_data(name, language)
    sections = [_section(row, facts, values) for row in data["section"] if _applies(row, facts)]
    kept = tuple(section for section in sections if section.sentences or section.points)
    return Document(title=data["title"].format(**values), language=language, version=data["version"], sections=kept)


@cache
def text_data(name: str, language: str) -> dict[str, Any]:
    """The text of that name in a language, as it is kept.

    Raises
    ------
    UsageError
        If there is nothing in that language.
    """
    if language not in languages():
        raise UsageError(f"There is no text in '{language}'; there is {', '.join(languages())}.")
    place = files("foramen.pathway") / "texts" / language / f"{name}.toml"
    return tomllib.loads(place.read_text(encoding="utf-8"))


def _section(row: dict[str, Any], facts: Scope, values: Mapping[str, object]) -> Section:
    points: list[str] = []
    for point in row.get("points", ()):
        if isinstance(point, str):
            points += _filled(point, values)
        elif _applies(point, facts):
            points += _filled(point["text"], values)
    sentences = tuple(filled for sentence in row.get("sentences", ()) for filled in _filled(sentence, values))
    return Section(id=row["id"], heading=row["heading"].format(**values), sentences=sentences, points=tuple(points))


def _filled(text: str, values: Mapping[str, object]) -> tuple[str, ...]:
    """The text with its placeholders filled; a placeholder that stands alone may bring several lines, or none."""
    alone = values.get(text.strip("{}")) if text.startswith("{") and text.endswith("}") else None
    if isinstance(alone, tuple):
        return tuple(str(line) for line in alone)
    return (text.format(**values),)


def _applies(row: dict[str, Any], facts: Scope) -> bool:
    return "when" not in row or Condition.parse(row["when"]).over(facts).answer is not Answer.NO
