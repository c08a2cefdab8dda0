"""Which stack of a study serves the planning of a lumbar needle route best, and why."""

from collections.abc import Sequence

import numpy as np

from foramen.errors import InputError
from foramen.imaging.stack import PLANES, Stack
from foramen.imaging.volume import Volume

WANTED_MM = {"head to foot": 200.0, "front to back": 220.0, "side to side": 160.0}
"""What a stack should cover: L1 to S1 lengthwise, from the skin of the back to before the spine, and the skin on which
needles enter, 80 mm to either side of the midline. More adds nothing to a route."""

FINE_ENOUGH_MM = 1.5
"""Voxels finer than this add nothing to the search for a route."""


def extent_mm(stack: Stack) -> dict[str, float]:
    """How far the stack reaches along the patient's axes nearest to its own."""
    probe = Volume(np.broadcast_to(np.int8(0), stack.grid.shape), stack.grid.affine).canonical()
    across, back, up = probe.spacing_mm * probe.shape
    return {"head to foot": float(up), "front to back": float(back), "side to side": float(across)}


def usefulness(stack: Stack) -> float:
    """From 0 to 1: the share of the wanted coverage in each direction times the fineness of the voxels."""
    covered = [min(1.0, extent / WANTED_MM[name]) for name, extent in extent_mm(stack).items()]
    return float(np.prod(covered) * min(1.0, FINE_ENOUGH_MM / stack.grid.spacing_mm.max()))


def _rank(stack: Stack) -> tuple[float, bool, float]:
    """By usefulness; among equals the axial stack, then the finer."""
    return (round(usefulness(stack), 3), stack.plane == PLANES[2], -float(stack.grid.spacing_mm.max()))


def choose(stacks: Sequence[Stack], series: str | None, name: str) -> tuple[Stack, str]:
    """The stack to read, and why this one; the reason is empty where there is only one.

    Raises
    ------
    InputError
        If the series asked for is not there, holds several stacks, or can't be read; if no stack can.
    """
    if series is not None:
        return _asked_for(stacks, series, name), f"{series} was asked for."
    patients = len({stack.pictures[0].patient for stack in stacks})
    if patients > 1:
        raise InputError(f"{name} mixes scans of {patients} patients; give one patient's folder, or name the series.")
    readable = [stack for stack in stacks if not stack.problem]
    if not readable:
        largest = max(stacks, key=lambda stack: len(stack.pictures))
        raise InputError(f"{name} holds no CT volume: series {largest.id} {largest.problem}.")
    best = max(readable, key=_rank)
    return best, _reason(best, stacks) if len(stacks) > 1 else ""


def _asked_for(stacks: Sequence[Stack], series: str, name: str) -> Stack:
    found = [stack for stack in stacks if series in (stack.id, stack.series_uid, stack.id.partition(".")[0])]
    if not found:
        raise InputError(f"{name} has no series {series}; it holds {_listed(stacks)}.")
    exact = [stack for stack in found if stack.id == series] or found
    readable = [stack for stack in exact if not stack.problem]
    if len(readable) > 1:
        raise InputError(f"Series {series} holds {len(readable)} stacks; name one: {_listed(readable)}.")
    if not readable:
        raise InputError(f"{name} can't be read: series {exact[0].id} {exact[0].problem}.")
    return readable[0]


def _listed(stacks: Sequence[Stack]) -> str:
    volumes = [stack for stack in stacks if not stack.problem] or stacks
    return "; ".join(f"{stack.id}: {stack.sentence}" for stack in volumes)


def _reason(best: Stack, stacks: Sequence[Stack]) -> str:
    others = sum(not stack.problem for stack in stacks) - 1
    studies = len({stack.pictures[0].study_uid for stack in stacks})
    why = (
        f"of {others + 1} volumes it covers most of what a lumbar route needs (L1 to S1, the skin of the back, 80 mm "
        "to either side of the midline) at the finest spacing; name another with --series"
        if others
        else "it is the only volume"
    )
    broken = [s for s in stacks if s.problem and len(s.pictures) > len(best.pictures)]
    aside = "".join(f" Larger but not readable: {s.id} {s.problem}." for s in broken)
    dates = f" The folder holds {studies} studies: check that this is the right one." if studies > 1 else ""
    return f"{best.id} ({best.sentence}) was read: {why}.{aside}{dates}"
