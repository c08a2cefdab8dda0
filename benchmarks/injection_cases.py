"""Simulated injections as they are read: scanned and laid onto the plan by the real chain, with their truth.

Making them takes most of a long run, reading them minutes: they are kept, and a run that was broken off goes on.
"""

import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from benchmarks.injections import CLEAN, EACH, Session, draw, session
from benchmarks.kept import kept
from foramen.guidance.compartments import Compartment
from foramen.guidance.read_spread_scans import LaidScan, lay_scan, with_needles
from foramen.guidance.registration import Registered, register
from foramen.guidance.spread import Given
from foramen.simulation.control_scan import ControlScan


@dataclass(frozen=True, eq=False)
class Case:
    """An injection's scans, where they lie on the plan, and its truth.

    Attributes
    ----------
    laid_s
        Seconds of CPU that laying one scan and finding the needle in it took.
    length_mm
        Of contrast along the target root; of other roots in `others_mm`.
    """

    number: int
    scene: str
    pattern: str
    before: LaidScan
    after: LaidScan
    second: LaidScan | None
    laid_s: float
    laid_wrong_mm: float
    given: Given
    compartments_ml: dict[Compartment, float]
    carried_away_ml: float
    length_mm: float
    others_mm: dict[str, float]
    noise_hu: float
    iodine: tuple[np.ndarray, np.ndarray]

    @property
    def clean(self) -> bool:
        """Nothing but contrast along the root."""
        return self.pattern in CLEAN


def case(number: int) -> Case:
    """The case of that number: as kept, or made now and kept."""
    return kept(f"{number:04d}", lambda: _made(number))


def _made(number: int) -> Case:
    drawn = draw(number)
    at, truth = drawn.session, drawn.truth
    before, laid, seconds = _laid_once(at.number)
    began = time.process_time()
    after = _with_needle(at, drawn.after, laid[0])
    seconds += time.process_time() - began
    second = _with_needle(at, drawn.second, laid[1]) if drawn.second else None
    wrong = max(_wrong_mm(found, true, at) for found, true in zip((before.laid, laid[0]), at.scans, strict=False))
    poured = truth.stays + truth.in_track + truth.in_vessel
    where = np.flatnonzero(poured).astype(np.uint32)
    return Case(
        number, at.scene.name, at.pattern, before, after, second, seconds, wrong, drawn.given,
        drawn.compartments_ml, truth.carried_away_ml, drawn.length_mm, drawn.others_mm, at.protocol.noise_hu,
        (where, poured.ravel()[where]),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _laid_once(number: int) -> tuple[LaidScan, list[Registered], float]:
    """The scan before, and how the others lie (with a first injection's contrast in them); seconds for one of them."""
    at, first = session(number), draw(number * EACH)
    before = lay_scan(at.scans[0].ct, at.scene.planning, target_mm=planned(at), entry_mm=_entry(at))
    began = time.process_time()
    laid = [register(first.after.ct, at.scene.planning, planned(at))]
    seconds = time.process_time() - began
    if first.second:
        laid.append(register(first.second.ct, at.scene.planning, planned(at)))
    return before, laid, seconds


def _with_needle(at: Session, scan: ControlScan, laid: Registered) -> LaidScan:
    return with_needles(scan.ct, laid, target_mm=planned(at), entry_mm=_entry(at))


def _entry(at: Session) -> np.ndarray:
    """Of the planned route: parallel to the needle, to the planned root."""
    return at.needle.entry_mm + planned(at) - at.needle.tip_mm


def planned(at: Session) -> np.ndarray:
    """The planned target."""
    nerve = at.scene.anatomy.spine.nerve(at.scene.root)
    assert nerve is not None
    return nerve.point_mm


def _wrong_mm(found: Registered, true: ControlScan, at: Session) -> float:
    """How far off the target lies."""
    there = np.linalg.inv(true.to_planning) @ np.append(planned(at), 1)
    return float(np.linalg.norm(found.motion(there[:3]) - planned(at)))
