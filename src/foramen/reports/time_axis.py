"""A time axis for pain: each phase after the injection gets the same width, whether it lasts hours or months."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from foramen.pathway.followup import SPANS

DAY_H = 24.0
YEAR_H = 365.25 * DAY_H

TICKS = (
    (0.0, "needle"),
    (2.0, "2 h"),
    (4.0, "4 h"),
    (8.0, "8 h"),
    (DAY_H, "day 1"),
    (2 * DAY_H, "day 2"),
    (3 * DAY_H, "day 3"),
    (7 * DAY_H, "week 1"),
    (14 * DAY_H, "week 2"),
    (21 * DAY_H, "week 3"),
    (42 * DAY_H, "6 wk"),
    (YEAR_H / 4, "3 mo"),
    (YEAR_H / 2, "6 mo"),
    (YEAR_H, "1 y"),
)

FIRST_HOURS = ((0.0, "needle"), *((float(hour), f"{hour} h") for hour in range(1, 9)))
"""Ticks of a drawing that ends with the anaesthetic."""

_HOURS = np.array([*(span.from_h for span in SPANS), YEAR_H])
_ROOTED = np.sqrt(YEAR_H - _HOURS[-2])


def place(hours: ArrayLike) -> NDArray[np.float64]:
    """Where a moment stands on the axis: the whole part is the phase; beyond week 3 months grow narrower."""
    given = np.asarray(hours, dtype=float)
    phases = np.interp(given, _HOURS[:-1], np.arange(len(SPANS)))
    late = np.clip(given - _HOURS[-2], 0, None)
    return np.asarray(phases + np.sqrt(late) / _ROOTED, dtype=float)


def phases_until(last_hours: float) -> int:
    """How many phases a drawing needs: as many as have begun, and always the first."""
    return max(1, sum(last_hours > span.from_h for span in SPANS))


def draw_phases(axes: Axes, last_hours: float, *, quiet: str, top: float) -> None:
    """Draw ticks, borders and names of the phases up to a moment."""
    count = phases_until(last_hours)
    ticks = FIRST_HOURS if count == 1 else TICKS
    shown = [(at, name) for at, name in ticks if place(at) <= count + 1e-9]
    axes.set_xticks([float(place(at)) for at, _ in shown], [name for _, name in shown])
    axes.set_xlim(-0.06 * count, count)
    for index in range(1, count):
        axes.axvline(index, color=quiet, linewidth=0.6, alpha=0.5, zorder=0)
    for index, span in enumerate(SPANS[:count]):
        axes.text(index + 0.02, top, span.words, color=quiet, fontsize=9, va="bottom", ha="left")


def phase_corners(hours: Sequence[float]) -> NDArray[np.float64]:
    """A dense run of hours from first to last, so that a straight line in hours stays true on this axis."""
    first, last = hours[0], hours[-1]
    dense = np.geomspace(max(first, 0.05), max(last, 0.06), 400)
    return np.unique(np.concatenate([np.asarray(hours, dtype=float), dense[(dense > first) & (dense < last)]]))
