"""Dates, roles and roots as the pages write them."""

from collections.abc import Iterable
from datetime import date, datetime

from foramen.reports import words as report_words


def moment(when: datetime) -> str:
    """A date and time as this machine's clock shows it: `Fri 20 Nov 2026, 09:30`."""
    return report_words.moment(when.astimezone())


def day(when: date | str) -> str:
    """A date, or its ISO text: `Fri 20 Nov 2026`."""
    return report_words.day(date.fromisoformat(when) if isinstance(when, str) else when)


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


FILTERS = {"moment": moment, "day": day, "sentence": sentence, "plain": plain, "root": root, "roots": roots}
"""What templates may write after a bar."""
