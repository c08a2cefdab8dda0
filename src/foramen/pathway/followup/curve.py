"""The data for plots: one patient's pain over time with what is expected behind it, and a cohort's.

Nothing is drawn here; `foramen.reports.pain_curve` draws.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from foramen.pathway.answer import Answer
from foramen.pathway.facts.vocabulary import Intent
from foramen.pathway.followup.diary import Diary
from foramen.pathway.followup.instruments import relief_percent
from foramen.pathway.followup.phases import NOT_JUDGED_BEFORE_DAY, SPANS
from foramen.pathway.followup.schedule import SCHEDULE, by_due_time

HELPED_SHARE = 0.5
"""Half of the baseline: the measure of response that the band leads to."""

WORST = 10.0
FLARE_UNTIL_H = 240.0
"""A flare is ordinary up to day 10 (§7.6); no source says how much more pain it may be."""

FIRST_RELIEF_H = 0.5
"""The anaesthetic works within half an hour (S4-19)."""


@dataclass(frozen=True)
class Point:
    """One rating."""

    hours: float
    nrs: float
    analgesics: bool
    numb_or_weak: bool


@dataclass(frozen=True)
class Band:
    """Where a course may run: of one that helps, from the quickest to the slowest that the sources describe.

    Drawn from their words (S4-19 to S4-21, S3-21, S3-22), not measured; between the corners it is a straight line.
    """

    hours: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]


@dataclass(frozen=True)
class PainCurve:
    """One patient's curve."""

    root: str
    intent: str
    baseline: float | None
    points: tuple[Point, ...]
    band: Band | None
    half: float | None


@dataclass(frozen=True)
class CohortPoint:
    """All patients at one due time: relief in percent of the baseline."""

    name: str
    hours: float
    count: int
    lower_quartile: float
    median: float
    upper_quartile: float
    responders: int


@dataclass(frozen=True)
class CohortCurve:
    """Many patients over the same times."""

    patients: int
    points: tuple[CohortPoint, ...]


def pain_curve(diary: Diary, window_hours: tuple[float, float] | None = None) -> PainCurve:
    """One patient's ratings of the leg by hours since the injection, with what is expected behind them.

    Parameters
    ----------
    diary : Diary
        With a therapeutic intent the band is that of a course that helps, whatever the window.
    window_hours : tuple of float, optional
        Of a diagnostic block: until when relief still fits the anaesthetic (`BlockReport.window_hours`); without it a
        diagnostic curve has no band.
    """
    baseline = diary.baseline.leg_nrs
    points = tuple(
        Point(
            hours=diary.hours(entry),
            nrs=entry.leg_nrs or 0.0,
            analgesics=bool(entry.analgesics),
            numb_or_weak=entry.leg_numb_or_weak is Answer.YES,
        )
        for entry in diary.rated
    )
    return PainCurve(
        root=diary.root,
        intent=diary.intent,
        baseline=baseline,
        points=points,
        band=None if baseline is None else _band(diary, baseline, window_hours),
        half=None if baseline is None else HELPED_SHARE * baseline,
    )


def _band(diary: Diary, baseline: float, window_hours: tuple[float, float] | None) -> Band | None:
    if diary.intent is Intent.THERAPEUTIC:
        return helpful_band(baseline)
    return positive_band(baseline, window_hours[1]) if window_hours else None


def positive_band(baseline: float, longest_hours: float) -> Band:
    """Where a positive block lies: half the pain or less, for as long as the anaesthetic explains."""
    half = HELPED_SHARE * baseline
    return Band((FIRST_RELIEF_H, longest_hours), (0.0, 0.0), (half, half))


def helpful_band(baseline: float) -> Band:
    """The band between the quickest and the slowest course that still ends at half the pain or less."""
    judged, half = NOT_JUDGED_BEFORE_DAY * 24, HELPED_SHARE * baseline
    corners = (
        (0.0, baseline, baseline),
        (FIRST_RELIEF_H, 0.0, baseline),
        (SPANS[1].from_h, 0.0, WORST),
        (FLARE_UNTIL_H, 0.0, WORST),
        (judged, 0.0, half),
        (SCHEDULE[-1].hours, 0.0, half),
    )
    return Band(*(tuple(column) for column in zip(*corners, strict=True)))


def cohort_curve(diaries: Iterable[Diary]) -> CohortCurve:
    """Relief of many patients at each due time: quartiles of those who rated, and how many have half the pain or less.

    The order of the patients makes no difference.
    """
    usable = [diary for diary in diaries if diary.baseline.leg_nrs]
    reliefs_at: dict[str, list[float]] = {}
    for diary in usable:
        for name, entry in by_due_time(diary).items():
            relief = relief_percent(diary.baseline.leg_nrs or 0.0, entry.leg_nrs or 0.0)
            reliefs_at.setdefault(name, []).append(relief)
    points = []
    for due in SCHEDULE:
        reliefs = sorted(reliefs_at.get(due.name, ()))
        if reliefs:
            low, middle, high = _quartiles(reliefs)
            responders = sum(relief >= 100 * HELPED_SHARE for relief in reliefs)
            points.append(CohortPoint(due.name, due.hours, len(reliefs), low, middle, high, responders))
    return CohortCurve(len(usable), tuple(points))


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high
