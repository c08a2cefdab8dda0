"""Pictures sorted into stacks: by series, frame of reference, orientation, size, and the line they lie on."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from foramen.imaging.limits import FEWEST_SLICES
from foramen.imaging.picture import Picture
from foramen.imaging.stack import Stack

SAME_DIRECTION = 1e-3
SAME_LINE_MM = 0.2
SAME_PLACE_MM = 0.05

Group = list[Picture]


def stacks_of(pictures: Iterable[Picture]) -> tuple[Stack, ...]:
    """Sort pictures into stacks, in the order of series number, then of the scanner's numbering.

    The result does not depend on file names, file order or instance numbers (these last only number the stacks).
    """
    by_series = _split([sorted(pictures, key=_stable)], lambda p: (p.series_uid,))
    by_series.sort(key=lambda group: (_as_number(group[0].series_number), group[0].series_uid))
    numbers = _series_ids(by_series)
    return tuple(stack for group, number in zip(by_series, numbers, strict=True) for stack in _of_series(group, number))


def _of_series(series: Group, number: str) -> list[Stack]:
    groups = _split([series], lambda p: (p.frame_of_reference,))
    groups = [part for group in groups for part in _by_orientation(group)]
    groups = [part for group in groups for part in _by_size(group)]
    groups = [part for group in groups for part in _by_line(group)]
    groups = [part for group in groups for part in _by_repeat(group)]
    groups.sort(key=lambda group: min((p.number if p.number is not None else 0, _stable(p)) for p in group))
    ids = [number] if len(groups) == 1 else [f"{number}.{n}" for n in range(1, len(groups) + 1)]
    return [
        Stack(stack_id, group[0].series_uid, tuple(sorted(group, key=_along)))
        for stack_id, group in zip(ids, groups, strict=True)
    ]


def _series_ids(by_series: Sequence[Group]) -> list[str]:
    """The console's series number where it is there and only once; a letter after it tells equal ones apart."""
    ids: list[str] = []
    for number, same in groupby(by_series, key=lambda group: group[0].series_number or "0"):
        alike = list(same)
        ids += [number] if len(alike) == 1 else [f"{number}{_letters(n)}" for n in range(len(alike))]
    return ids


def _letters(n: int) -> str:
    return ("" if n < 26 else _letters(n // 26 - 1)) + "abcdefghijklmnopqrstuvwxyz"[n % 26]


def _as_number(series_number: str) -> tuple[int, str]:
    return (int(series_number), "") if series_number.isdecimal() else (0, series_number)


def _stable(picture: Picture) -> tuple[str, str, int, str]:
    return (picture.series_uid, picture.instance_uid, picture.frame, picture.path.name)


def _along(picture: Picture) -> float:
    return float(picture.normal @ np.array(picture.position_mm))


def _split(groups: Iterable[Group], key: Callable[[Picture], Hashable]) -> list[Group]:
    parts: list[Group] = []
    for group in groups:
        found: dict[Hashable, Group] = defaultdict(list)
        for picture in group:
            found[key(picture)].append(picture)
        parts += found.values()
    return parts


def _by_orientation(group: Group) -> list[Group]:
    parts: list[Group] = []
    for picture in group:
        for part in parts:
            if np.abs(np.subtract(part[0].orientation, picture.orientation)).max() < SAME_DIRECTION:
                part.append(picture)
                break
        else:
            parts.append([picture])
    return parts


def _by_size(group: Group) -> list[Group]:
    """Apart where each size makes a stack of its own; otherwise together, for `Stack.problem` to refuse."""
    parts = _split([group], lambda p: p.size)
    return parts if min(map(len, parts)) >= FEWEST_SLICES else [group]


def _by_line(group: Group) -> list[Group]:
    """Apart where pictures lie on parallel lines side by side, as stacks through parallel discs do.

    On one line the place within the plane changes evenly with the place along the normal: not at all in a straight
    stack, in proportion in a tilted one.
    """
    group = sorted(group, key=_along)
    along = np.array([_along(p) for p in group])
    within = np.array([[p.row @ np.array(p.position_mm), p.column @ np.array(p.position_mm)] for p in group])
    steps = np.diff(along)
    moved = steps > SAME_PLACE_MM
    if not moved.any():
        return [group]
    drift = np.median(np.diff(within, axis=0)[moved] / steps[moved, None], axis=0)
    offset = within - along[:, None] * drift
    return [[group[n] for n in members] for members in _clusters(offset)]


def _clusters(points: NDArray[np.float64]) -> list[list[int]]:
    """Indices of points that lie within `SAME_LINE_MM` of the first of their cluster."""
    clusters: list[list[int]] = []
    for n, point in enumerate(points):
        for members in clusters:
            if np.abs(points[members[-1]] - point).max() < SAME_LINE_MM:
                members.append(n)
                break
        else:
            clusters.append([n])
    return clusters


def _by_repeat(group: Group) -> list[Group]:
    """Apart by reconstruction, kind or acquisition where several pictures share a place."""
    keys: list[Callable[[Picture], Hashable]] = [lambda p: p.kernel, lambda p: p.kind, lambda p: p.acquisition]
    for key in keys:
        if not _repeats(group):
            break
        parts = _split([group], key)
        if len(parts) > 1 and min(map(len, parts)) >= FEWEST_SLICES and not any(map(_repeats, parts)):
            return parts
    return [group]


def _repeats(group: Group) -> bool:
    return bool((np.diff(sorted(map(_along, group))) < SAME_PLACE_MM).any())
