"""What is known of a case so far, topic by topic, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from foramen.pathway.facts import Referral, Side
from foramen.web.clinic.questions import TOPICS, Part, Rows, Topic, Typed, in_words, row_count, typed


@dataclass(frozen=True)
class Known:
    """One topic: where it is answered, and each answer in words."""

    topic: Topic
    answers: tuple[tuple[str, str], ...]


def summary(referral: Referral, zone: ZoneInfo) -> tuple[Known, ...]:
    """Every topic, those without an answer too."""
    return tuple(Known(topic, _answers(topic, referral, zone)) for topic in TOPICS)


def _answers(topic: Topic, referral: Referral, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    if topic.name == "pain-drawing":
        return tuple(_felt(referral))
    return tuple(_said(topic.parts, typed(topic.parts, referral, zone), ""))


def _felt(referral: Referral) -> Iterator[tuple[str, str]]:
    for side in Side:
        leg = referral.examination.leg(side)
        for words, areas in (("Pain", leg.pain_areas), ("Numbness", leg.numb_areas)):
            if areas is not None:
                where = ", ".join(area.replace("-", " ") for area in areas) or "none"
                yield f"{words}, {side} leg", where


def _said(parts: Iterable[Part], shown: Typed, prefix: str) -> Iterator[tuple[str, str]]:
    for part in parts:
        name = prefix + part.path
        if isinstance(part, Rows):
            yield from _rows(part, name, shown)
        elif name in shown:
            yield part.words, in_words(part, shown[name])


def _rows(part: Rows, name: str, shown: Typed) -> Iterator[tuple[str, str]]:
    if shown.get(f"{name}.there") == "none":
        yield part.words, part.none
    for number in range(row_count(name, shown)):
        said = [answer for _, answer in _said(part.row, shown, f"{name}.{number}.")]
        yield f"{part.one.capitalize()} {number + 1}", ", ".join(said)
