"""One patient's pain over time, and a cohort's, each with what was expected behind what was."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from foramen.pathway.followup import ONSETS, CohortCurve, PainCurve
from foramen.pathway.followup.curve import Band, Point
from foramen.reports.time_axis import YEAR_H, draw_phases, phase_corners, place

PAGE, TEXT, QUIET, EXPECTED, MEASURED = "#fbfbf9", "#1c2126", "#5d6670", "#dfe6ec", "#1c2126"
"""The clinic's light surface: dark line for what was, pale band for what is expected."""

SIZE_INCHES, DPI = (10.0, 5.2), 150


def draw_pain_curve(curve: PainCurve) -> bytes:
    """Draw one patient's ratings as a PNG.

    Parameters
    ----------
    curve : PainCurve
        From `foramen.pathway.followup.pain_curve`.

    Returns
    -------
    bytes
        The picture, 1500 by 780 pixels.
    """
    figure, axes = _page(bottom=0.11 if curve.intent == "diagnostic" else 0.29)
    last = YEAR_H if curve.intent != "diagnostic" else max([8.0, *(point.hours for point in curve.points)])
    axes.set_ylim(-1.0, 10.4)
    axes.set_yticks(range(0, 11, 2))
    draw_phases(axes, last, quiet=QUIET, top=10.5)
    if curve.band is not None:
        _draw_band(axes, curve.band)
    _draw_levels(axes, curve)
    _draw_ratings(axes, curve)
    if curve.intent != "diagnostic":
        _draw_onsets(figure, axes)
    _title(axes, f"{curve.root.replace('-', ' ').upper()}   pain in the leg, 0 to 10", _subtitle(curve))
    return _png(figure)


def draw_cohort_curve(curve: CohortCurve) -> bytes:
    """Draw the relief of many patients as a PNG: median, the middle half, how many rated, how many responded."""
    figure, axes = _page(bottom=0.11)
    floor = min([-30.0, *(point.lower_quartile for point in curve.points)])
    axes.set_ylim(floor - 28, 112)
    axes.set_yticks(range(-25, 101, 25), [f"{tick} %".replace("-", "−") for tick in range(-25, 101, 25)])
    hours = [point.hours for point in curve.points]
    draw_phases(axes, max([*hours, 8.0]), quiet=QUIET, top=113)
    at = place(hours)
    axes.fill_between(
        at,
        [point.lower_quartile for point in curve.points],
        [point.upper_quartile for point in curve.points],
        color=EXPECTED,
        linewidth=0,
        zorder=1,
    )
    axes.plot(at, [p.median for p in curve.points], color=MEASURED, linewidth=2, marker="o", markersize=4, zorder=3)
    axes.axhline(0, color=QUIET, linewidth=0.8, zorder=2)
    axes.axhline(50, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
    axes.text(axes.get_xlim()[1], 51, "half the pain gone", color=QUIET, fontsize=9, va="bottom", ha="right")
    _label_cohort(axes, curve, floor)
    _title(
        axes, f"{curve.patients} patients   relief of leg pain", "line: median · band: the middle half of the patients"
    )
    return _png(figure)


def _page(*, bottom: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, facecolor=PAGE)
    axes = figure.add_axes((0.06, bottom, 0.90, 0.82 - bottom), facecolor=PAGE)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, colors=QUIET, labelsize=9)
    return figure, axes


def _title(axes: Axes, title: str, subtitle: str) -> None:
    axes.figure.text(0.06, 0.945, title, color=TEXT, fontsize=15, fontweight="bold", va="center")
    axes.figure.text(0.06, 0.895, subtitle, color=QUIET, fontsize=10, va="center")


def _subtitle(curve: PainCurve) -> str:
    if curve.baseline is None:
        return "No rating before the injection, so there is nothing to compare with."
    if curve.intent != "diagnostic":
        return "dark line: rated · pale band: a course that helps, drawn from the sources' words, not measured"
    if curve.band is None:
        return "dark line: rated"
    return "dark line: rated · pale band: half the pain or less, for as long as the anaesthetic explains"


def _draw_band(axes: Axes, band: Band) -> None:
    hours = phase_corners(band.hours)
    low, high = np.interp(hours, band.hours, band.lowest), np.interp(hours, band.hours, band.highest)
    axes.fill_between(place(hours), low, high, color=EXPECTED, linewidth=0, zorder=0.5)


def _draw_levels(axes: Axes, curve: PainCurve) -> None:
    if curve.baseline is None or curve.half is None:
        return
    left, right = axes.get_xlim()
    for level, words in ((curve.baseline, "before"), (curve.half, "half")):
        axes.plot([left, right], [level, level], color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
        axes.text(right, level + 0.12, f"{words} {level:g}", color=QUIET, fontsize=9, ha="right", va="bottom", zorder=4)


def _draw_ratings(axes: Axes, curve: PainCurve) -> None:
    start = [] if curve.baseline is None else [Point(0.0, curve.baseline, analgesics=False, numb_or_weak=False)]
    points = [*start, *curve.points]
    at = place([point.hours for point in points])
    axes.plot(at, [point.nrs for point in points], color=MEASURED, linewidth=2, zorder=3, solid_capstyle="round")
    axes.scatter(at, [point.nrs for point in points], s=26, color=MEASURED, zorder=4)
    _mark(axes, [p for p in curve.points if p.analgesics], -0.45, "painkiller taken", "|")
    _mark(axes, [p for p in curve.points if p.numb_or_weak], -0.85, "leg numb or weak", "_")
    if curve.points:
        last = curve.points[-1]
        axes.annotate(
            f"{last.nrs:g}",
            (float(place(last.hours)), last.nrs),
            xytext=(0, 8),
            textcoords="offset points",
            color=TEXT,
            fontsize=12,
            fontweight="bold",
            ha="center",
        )


def _mark(axes: Axes, points: list[Point], height: float, words: str, marker: str) -> None:
    if not points:
        return
    at = place([point.hours for point in points])
    axes.scatter(at, [height] * len(points), marker=marker, s=40, color=QUIET, linewidth=1.4, zorder=3)
    axes.annotate(
        words, (at[-1], height), xytext=(7, 0), textcoords="offset points", color=QUIET, fontsize=8.5, va="center"
    )


def _draw_onsets(figure: Figure, above: Axes) -> None:
    """When each source expects the steroid to begin; they disagree, and the drawing says so."""
    strip = figure.add_axes((0.06, 0.02, 0.90, 0.19), sharex=above, facecolor=PAGE)
    strip.set_axis_off()
    strip.set_ylim(len(ONSETS), -1.2)
    strip.text(above.get_xlim()[0], -0.9, "when the steroid begins, by source", color=QUIET, fontsize=9, va="center")
    edge = above.get_xlim()[1]
    for row, onset in enumerate(ONSETS):
        first, last = (min(float(place(day * 24)), edge) for day in (onset.from_day, onset.to_day))
        strip.plot([first, last], [row, row], color=QUIET, linewidth=3, solid_capstyle="butt")
        strip.text(last + 0.02, row, f"{onset.source} ({onset.ref})", color=QUIET, fontsize=7.5, va="center")


def _label_cohort(axes: Axes, curve: CohortCurve, floor: float) -> None:
    beyond = -1.0
    for point in curve.points:
        here = float(place(point.hours))
        if here - beyond < 0.16:
            continue
        beyond = here
        axes.text(here, floor - 12, f"{point.responders}/{point.count}", color=TEXT, fontsize=8.5, ha="center")
    axes.text(
        axes.get_xlim()[0],
        floor - 24,
        "patients with half the pain or less, of those who rated",
        color=QUIET,
        fontsize=8.5,
    )


def _png(figure: Figure) -> bytes:
    picture = BytesIO()
    figure.savefig(picture, format="png", facecolor=PAGE, metadata={"Software": None})
    return picture.getvalue()
