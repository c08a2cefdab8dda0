"""Dates, roots and other words in a patient's language, from `texts/<language>/words.toml`."""

from datetime import date, datetime
from typing import Any

from foramen.pathway.texts.document import text_data


def words(language: str) -> dict[str, Any]:
    """The word list of a language."""
    return text_data("words", language)


def day_in_words(day: date, language: str) -> str:
    """A day as people write it, such as `Fri 20 Nov 2026`."""
    known = words(language)
    text: str = known["date"]
    return text.format(
        weekday=known["weekdays"][day.weekday()], day=day.day, month=known["months"][day.month - 1], year=day.year
    )


def moment_in_words(moment: datetime, language: str) -> str:
    """A moment as people write it, such as `Fri 20 Nov 2026, 09:30`; on the clock that it carries."""
    text: str = words(language)["moment"]
    return text.format(date=day_in_words(moment.date(), language), time=f"{moment:%H:%M}")


def root_in_words(root: str, language: str) -> str:
    """A root as a patient hears it, such as `the L5 nerve on your left side`."""
    level, side = root.split("-")
    text: str = words(language)["root"]
    return text.format(level=level, side=words(language)["side"][side])
