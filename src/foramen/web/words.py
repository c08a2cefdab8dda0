"""Dates, roles and roots as the pages write them."""

from collections.abc import Iterable
from datetime import date, datetime

from foramen.reports import words as report_words
from foramen.web.zone import ZONE


def moment(when: datetime) -> str:
    """A date and time as the clock on the site's wall shows it: `Fri 20 Nov 2026, 09:30`."""
    return report_words.moment(when.astimezone(ZONE.get()))


def day(when: date | str) -> str:
    """A date, or its ISO text: `Fri 20 Nov 2026`."""
    return report_words.day(date.fromisoformat(when) if isinstance(when, str) else when)


def born(when: date) -> str:
    """A date of birth, whose weekday nobody asks for: `3 Feb 1961`."""
    return day(when).split(" ", 1)[1]


def root(name: str) -> str:
    """A root as the pages name it: `L5-left` is `L5 LEFT`."""
    level, side = name.split("-", 1)
    return f"{level} {side.upper()}"


def roots(names: Iterable[str]) -> str:
    """Several roots: `L5 LEFT and S1 LEFT`."""
    return " and ".join(map(root, names))


def sentence(text: str) -> str:
    """The same text with a capital first letter and a full stop at its end."""
    return report_words.sentence(text)


def plain(name: str) -> str:
    """An identifier as words: `at-home` is `at home`."""
    return str(name).replace("-", " ").replace("_", " ")


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Identifiers as choices: each with its words."""
    return [(str(name), plain(name)) for name in names]


FILTERS = {words.__name__: words for words in (moment, day, born, sentence, plain, root, roots, pairs)}
"""What templates may write after a bar."""
