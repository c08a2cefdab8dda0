"""Where contrast ran and whether it releases the steroid: simulated injections of every pattern against their truth.

Digital patients whose anatomy the plan read from an ordinary scan; contrast poured as a physical front; two control
scans of 1 to 3 mm slices with 12 to 32 HU of noise, a 20 to 25 G needle in place, the patient moved a little between
them. How the scans lie on the planning CT is given with an error of 0.25 mm and 0.15°; the needle's tip with 0.4 mm.
A vessel takes at least a quarter of what was injected into it. `FORAMEN_INJECTIONS` sets how many (600).
"""

import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.injections import CLEAN, FORBIDDEN, SHARES, Injection, draw
from foramen.errors import InputError
from foramen.guidance.spread import read_spread
from foramen.simulation.control_scan import motion

COUNT = int(os.environ.get("FORAMEN_INJECTIONS", "600"))
PROCESSES = 2
RELEASES = ("go", "reposition", "repeat", "abort")

Result = tuple[str, str, str, float, float, float, float]


def measure(number: int) -> Result:
    """Pattern, what was read, release, true and found millilitres, error of the length along the root, seconds."""
    case = draw(number)
    began = time.perf_counter()
    try:
        spread = _read(case)
    except InputError as refused:
        return case.pattern, f"refused: {refused}", "repeat", case.given.injected_ml or 0.0, np.nan, np.nan, np.nan
    seconds = time.perf_counter() - began
    true_ml = (case.given.injected_ml or 0.0) - case.truth.carried_away_ml
    length = spread.length_along_root_mm - case.length_mm if case.pattern in CLEAN else np.nan
    decision = spread.decision
    return case.pattern, decision.pattern, decision.release, true_ml, spread.found_ml, length, seconds


def _read(case: Injection):
    random = np.random.default_rng(case.number)
    laid = [
        motion(random.normal(0, 0.25, 3), random.normal(0, 0.15, 3), case.needle.tip_mm) @ scan.to_planning
        for scan in (case.before, case.after)
    ]
    return read_spread(
        case.before.ct, case.after.ct, case.anatomy, case.root, case.given,
        before_to_planning=laid[0], after_to_planning=laid[1], needles=(case.needle,),
    )  # fmt: skip


def run() -> str:
    with ProcessPoolExecutor(PROCESSES) as pool:
        results = list(pool.map(measure, range(COUNT), chunksize=4))
    lines = [_releases(results), "", _patterns(results), "", _verdict(results)]
    return "\n".join(lines)


def _releases(results: list[Result]) -> str:
    lines = ["| poured | n | go | reposition | repeat | abort |", "|---|---|---|---|---|---|"]
    for pattern in SHARES:
        found = Counter(r[2] for r in results if r[0] == pattern)
        lines.append(f"| {pattern} | {found.total()} | " + " | ".join(str(found[r]) for r in RELEASES) + " |")
    return "\n".join(lines)


def _patterns(results: list[Result]) -> str:
    read = sorted({r[1].split(":")[0] for r in results})
    lines = ["| poured, read as | " + " | ".join(read) + " |", "|---" * (len(read) + 1) + "|"]
    for pattern in SHARES:
        found = Counter(r[1].split(":")[0] for r in results if r[0] == pattern)
        lines.append(f"| {pattern} | " + " | ".join(str(found[name] or "") for name in read) + " |")
    return "\n".join(lines)


def _verdict(results: list[Result]) -> str:
    forbidden = [r for r in results if r[0] in FORBIDDEN]
    clean = [r for r in results if r[0] in CLEAN]
    wrong = sum(r[2] == "go" for r in forbidden)
    withheld = sum(r[2] != "go" for r in clean)
    found = np.array([r[4] / r[3] for r in clean if r[3] > 0])
    length = np.array([r[5] for r in clean])
    seconds = np.array([r[6] for r in results])
    return "\n".join(
        [
            f"- `go` given to a vascular, intrathecal, disc or joint pattern: **{wrong} of {len(forbidden)}** (aim: 0)",
            f"- `go` withheld from a clean perineural pattern: **{withheld} of {len(clean)}** "
            f"({withheld / max(len(clean), 1):.0%}; aim: at most 10 %)",
            f"- of clean contrast found: median {np.nanmedian(found):.0%} of what was there "
            f"(5th to 95th percentile {np.nanpercentile(found, 5):.0%} to {np.nanpercentile(found, 95):.0%})",
            f"- length along the root: median error {np.nanmedian(length):+.0f} mm, "
            f"95 % within {np.nanpercentile(np.abs(length), 95):.0f} mm",
            f"- {np.nanmedian(seconds):.1f} s median to read, on {PROCESSES} processes at once",
        ]
    )
