"""Where contrast ran and whether it releases the steroid: simulated injections of every pattern against their truth.

Digital patients and real CTs. Each injection has a scan before the contrast, one 1 to 6 s after it and, for a third of
the needles, one 20 to 45 s after it: 1 to 3 mm slices, 12 to 32 HU of noise, a 20 to 25 G needle, the patient moved by
some 5 mm since the planning CT and by some 1.5 mm between the scans, a scanner whose iodine is 3 % off (one sigma).
Registration, needle and contrast are read by the real chain, on a plan that does not know where the roots truly run.
A vessel takes at least a quarter of what went into it. Six injections share a needle, and with it the scans' motion,
noise and registration. The reading was developed on the first 25 needles; the others were held out until it was done.

`FORAMEN_INJECTIONS` sets how many (600), `kept` reads only those made earlier; a run that was broken off goes on.
"""

import os
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

from benchmarks.injection_cases import case
from benchmarks.injection_scenes import SCENES, scene
from benchmarks.injections import CLEAN, EACH, FORBIDDEN, SHARES, TYPES
from benchmarks.kept import FOLDER
from benchmarks.spread_baseline import plain
from foramen.errors import InputError
from foramen.guidance.read_spread_scans import read_laid_scans

COUNT = os.environ.get("FORAMEN_INJECTIONS", "600")
RELEASES = ("go", "reposition", "repeat", "abort")
DEVELOPED_ON = 25
"""Needles that were looked at while the reading was made."""
SELECTIVE_MM, LAID_WRONG_MM = 5.0, 2.0
NUMBERS = {name: number for number, (name, _) in enumerate(SCENES)}


@dataclass(frozen=True)
class Row:
    """What came of one injection; millilitres of the syringe's fluid, mm, seconds of CPU."""

    number: int
    scene: str
    poured: str
    release: str
    read: str
    there_ml: float
    found_ml: float
    length_error_mm: float
    pfirrmann_type: int | None
    reached_truly: bool
    reached: bool
    plain_go: bool
    plain_ml: float
    laid_s: float
    read_s: float
    laid_wrong: bool

    @property
    def held_out(self) -> bool:
        return self.number // EACH >= DEVELOPED_ON


def run() -> str:
    rows = [_read(number) for number in _numbers()]
    groups = {
        "all": rows,
        "developed on": [r for r in rows if not r.held_out],
        "held out": [r for r in rows if r.held_out],
        "over real CTs": [r for r in rows if not r.scene.startswith("digital")],
    }
    count = f"{len(rows)} injections through {len({r.number // EACH for r in rows})} needles."
    return "\n\n".join([count, _verdicts(groups), _releases(rows), _patterns(rows), _figures(rows)])


def _numbers() -> list[int]:
    if COUNT == "kept":
        return sorted(int(path.name[:4]) for path in FOLDER.glob("[0-9]*.pkl.gz"))
    return list(range(int(COUNT)))


def _read(number: int) -> Row:
    made = case(number)
    place = scene(NUMBERS[made.scene])
    nerve = place.anatomy.spine.nerve(place.root)
    assert nerve is not None
    began = time.process_time()
    try:
        spread = read_laid_scans(
            made.before, made.after, made.second, planning=place.planning, anatomy=place.anatomy, root=place.root,
            given=made.given, target_mm=nerve.point_mm,
        ).spread  # fmt: skip
    except InputError:
        spread = None
    seconds = time.process_time() - began
    go, ml = plain(made.before, made.after, nerve, made.given)
    row = Row(
        number, made.scene, made.pattern,
        release=str(spread.decision.release) if spread else "repeat",
        read=str(spread.decision.pattern) if spread else "refused",
        there_ml=(made.given.injected_ml or 0.0) - made.carried_away_ml,
        found_ml=spread.found_ml if spread else 0.0,
        length_error_mm=spread.length_along_root_mm - made.length_mm if spread else np.nan,
        pfirrmann_type=spread.pfirrmann_type if spread else None,
        reached_truly=any(mm > SELECTIVE_MM for mm in made.others_mm.values()),
        reached=bool(spread and spread.roots_reached),
        plain_go=go, plain_ml=ml, laid_s=made.laid_s, read_s=seconds,
        laid_wrong=bool(spread and not spread.evidence.doubt and made.laid_wrong_mm > LAID_WRONG_MM),
    )  # fmt: skip
    sys.stderr.write(f"{number} {row.scene} {row.poured}: {row.release} {row.read}\n")
    return row


def _verdicts(groups: dict[str, list[Row]]) -> str:
    lines = [
        "| injections | `go` to a vascular, intrathecal, disc or joint pattern (aim: 0) "
        "| `go` withheld from a clean perineural pattern (aim: at most 10 %) "
        "| baseline: `go` to a forbidden pattern | baseline: withheld from a clean one |",
        "|---|---|---|---|---|",
    ]
    for name, rows in groups.items():
        bad = [r for r in rows if r.poured in FORBIDDEN]
        clean = [r for r in rows if r.poured in CLEAN]
        held_back = sum(r.release != "go" for r in clean)
        lines.append(
            f"| {name} ({len(rows)}) | **{sum(r.release == 'go' for r in bad)} of {len(bad)}** "
            f"| **{held_back} of {len(clean)}** ({held_back / max(len(clean), 1):.0%}) "
            f"| {sum(r.plain_go for r in bad)} of {len(bad)} | {sum(not r.plain_go for r in clean)} of {len(clean)} |"
        )
    return "\n".join(lines)


def _releases(rows: list[Row]) -> str:
    lines = ["| poured | n | go | reposition | repeat | abort |", "|---|---|---|---|---|---|"]
    for pattern in SHARES:
        found = Counter(r.release for r in rows if r.poured == pattern)
        lines.append(f"| {pattern} | {found.total()} | " + " | ".join(str(found[r]) for r in RELEASES) + " |")
    return "\n".join(lines)


def _patterns(rows: list[Row]) -> str:
    read = sorted({r.read for r in rows})
    lines = ["| poured, read as | " + " | ".join(read) + " |", "|---" * (len(read) + 1) + "|"]
    for pattern in SHARES:
        found = Counter(r.read for r in rows if r.poured == pattern)
        lines.append(f"| {pattern} | " + " | ".join(str(found[name] or "") for name in read) + " |")
    return "\n".join(lines)


def _figures(rows: list[Row]) -> str:
    clean = [r for r in rows if r.poured in CLEAN and r.read != "refused"]
    lengths = np.array([r.length_error_mm for r in clean])
    typed = [r for r in rows if r.poured in TYPES]
    told = [r for r in typed if r.pfirrmann_type is not None]
    right = sum(r.pfirrmann_type == TYPES[r.poured] for r in told)
    seconds = np.array([r.read_s for r in rows])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return "\n".join(
        [
            f"- of clean contrast found: {_shares([r.found_ml / r.there_ml for r in clean])}; "
            f"baseline {_shares([r.plain_ml / r.there_ml for r in clean])}",
            f"- length along the root: median error {np.median(lengths):+.0f} mm, "
            f"95 % within {np.percentile(np.abs(lengths), 95):.0f} mm",
            f"- Pfirrmann's type told in {len(told)} of {len(typed)}, right in {right}",
            f"- another root reached in {sum(r.reached_truly for r in clean)} clean injections, "
            f"said so in {sum(r.reached and r.reached_truly for r in clean)}; "
            f"said wrongly in {sum(r.reached and not r.reached_truly for r in clean)}",
            f"- seconds of CPU: {np.median([r.laid_s for r in rows]):.1f} to lay one scan and find its needle, "
            f"{np.median(seconds):.1f} to read the contrast (95 % within {np.percentile(seconds, 95):.1f})",
            f"- peak memory {peak:.1f} GiB, all patients held at once",
            f"- scans laid wrong by over {LAID_WRONG_MM:.0f} mm and trusted: {sum(r.laid_wrong for r in rows)}",
        ]
    )


def _shares(values: list[float]) -> str:
    low, middle, high = np.percentile(values, [5, 50, 95])
    return f"median {middle:.0%} (5th to 95th percentile {low:.0%} to {high:.0%})"
