"""Plots as plain numbers: where each line, dot and word of a drawing stands. The templates draw them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from foramen.pathway.followup import SPANS, CohortCurve, PainCurve
from foramen.reports.time_axis import FIRST_HOURS, TICKS, YEAR_H, phase_corners, phases_until, place

WIDTH, HEIGHT = 820.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 20.0, 44.0, 34.0


@dataclass(frozen=True)
class Word:
    """A word at its place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Drawing:
    """A curve over the time after an injection.

    `band` is what was expected, `line` what was; `levels` are horizontal lines with their words, `phases` the names of
    the stretches of time with the x at which each begins.
    """

    ticks: tuple[Word, ...]
    grid: tuple[Word, ...]
    phases: tuple[Word, ...]
    band: str
    line: str
    dots: tuple[Word, ...]
    levels: tuple[Word, ...]
    marks: tuple[Word, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


@dataclass(frozen=True)
class _Axes:
    """From hours and values to the drawing's places."""

    phases: int
    low: float
    high: float

    def x(self, hours: float) -> float:
        return round(LEFT + float(place(hours)) / self.phases * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

    def points(self, hours: Sequence[float], values: Sequence[float]) -> str:
        return " ".join(f"{self.x(h)},{self.y(v)}" for h, v in zip(hours, values, strict=True))

    def ticks(self) -> tuple[Word, ...]:
        named = FIRST_HOURS if self.phases == 1 else TICKS
        shown = [Word(self.x(at), HEIGHT - 12, name) for at, name in named if place(at) <= self.phases + 1e-9]
        kept: list[Word] = []
        for word in shown:
            if not kept or word.x - kept[-1].x >= LEAST_GAP:
                kept.append(word)
        return tuple(kept)

    def names(self) -> tuple[Word, ...]:
        return tuple(Word(self.x(span.from_h), TOP - 14, span.words) for span in SPANS[: self.phases])


LEAST_GAP = 46.0
"""Between two words on the axis."""


def pain_drawing(curve: PainCurve) -> Drawing:
    """One patient's ratings, with the course that would be expected behind them."""
    diagnostic = curve.intent == "diagnostic"
    last = max([8.0, *(point.hours for point in curve.points)]) if diagnostic else YEAR_H
    axes = _Axes(phases_until(last), 0.0, 10.0)
    start = [(0.0, curve.baseline)] if curve.baseline is not None else []
    rated = [*start, *((point.hours, point.nrs) for point in curve.points)]
    levels = [(curve.baseline, "before"), (curve.half, "half")]
    return Drawing(
        ticks=axes.ticks(),
        grid=tuple(Word(LEFT - 8, axes.y(value), str(value)) for value in (0, 2, 4, 6, 8, 10)),
        phases=axes.names(),
        band=_band(axes, curve),
        line=axes.points([hours for hours, _ in rated], [value for _, value in rated]),
        dots=tuple(Word(axes.x(hours), axes.y(value), f"{value:g}") for hours, value in rated),
        levels=tuple(
            Word(WIDTH - RIGHT, axes.y(value), f"{words} {value:g}") for value, words in levels if value is not None
        ),
        marks=tuple(Word(axes.x(point.hours), axes.y(0), "|") for point in curve.points if point.analgesics),
    )


def cohort_drawing(curve: CohortCurve) -> Drawing:
    """The relief of many patients: the median over the middle half of them."""
    hours = [point.hours for point in curve.points]
    floor = min([-30.0, *(point.lower_quartile for point in curve.points)])
    axes = _Axes(phases_until(max([8.0, *hours])), floor, 100.0)
    low, high = [p.lower_quartile for p in curve.points], [p.upper_quartile for p in curve.points]
    labels: list[Word] = []
    for point in curve.points:
        x = axes.x(point.hours)
        if not labels or x - labels[-1].x >= LEAST_GAP:
            labels.append(Word(x, axes.y(floor) - 4, f"{point.responders}/{point.count}"))
    return Drawing(
        ticks=axes.ticks(),
        grid=tuple(Word(LEFT - 8, axes.y(value), f"{value} %") for value in (0, 25, 50, 75, 100)),
        phases=axes.names(),
        band=f"{axes.points(hours, low)} {axes.points(hours[::-1], high[::-1])}",
        line=axes.points(hours, [point.median for point in curve.points]),
        dots=tuple(Word(axes.x(point.hours), axes.y(point.median), "") for point in curve.points),
        levels=(Word(WIDTH - RIGHT, axes.y(50), "half the pain gone"), Word(WIDTH - RIGHT, axes.y(0), "")),
        marks=tuple(labels),
    )


def _band(axes: _Axes, curve: PainCurve) -> str:
    if curve.band is None:
        return ""
    hours = phase_corners(curve.band.hours)
    low = np.interp(hours, curve.band.hours, curve.band.lowest)
    high = np.interp(hours, curve.band.hours, curve.band.highest)
    return f"{axes.points(hours.tolist(), low.tolist())} {axes.points(hours[::-1].tolist(), high[::-1].tolist())}"


@dataclass(frozen=True)
class Bar:
    """One bar with its words and its number."""

    words: str
    count: int
    share: float


def bars(counts: dict[str, int]) -> tuple[Bar, ...]:
    """Bars of counted things, the most frequent first; the longest is as wide as the drawing."""
    most = max(counts.values(), default=0)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Bar(_spoken(words), count, count / most if most else 0.0) for words, count in ordered)


def _spoken(name: str) -> str:
    """A name as words, where it is nothing but a name."""
    return name if " " in name else name.replace("-", " ").capitalize()
