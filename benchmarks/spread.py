"""Where contrast ran and whether it releases the steroid: simulated injections of every pattern against their truth.

Digital patients and real CTs. Each injection has a scan before the contrast, one 1 to 6 s after it and, for a third of
the needles, one 20 to 45 s after it: 1 to 3 mm slices, 12 to 32 HU of noise, a 20 to 25 G needle, the patient moved by
some 5 mm since the planning CT and by some 1.5 mm between the scans, a scanner whose iodine is 3 % off (one sigma).
Registration, needle and contrast are read by the real chain, on a plan that does not know where the roots truly run.
A vessel takes at least a quarter of what went into it. Six injections share a needle, and with it the scans' motion,
noise and registration. Constants were set on one half (needles of even number); the other half was held out.

`FORAMEN_INJECTIONS` sets how many (600), `kept` reads only those made earlier; a run that was broken off goes on.
"""

import os
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

from benchmarks.injection_cases import Case, case
from benchmarks.injection_scenes import SCENES, scene
from benchmarks.injections import CLEAN, EACH, FORBIDDEN, SHARES, TYPES
from benchmarks.kept import FOLDER
from benchmarks.spread_baseline import plain
from foramen.errors import InputError
from foramen.guidance.read_spread_scans import read_laid_scans
from foramen.guidance.spread import Spread

COUNT = os.environ.get("FORAMEN_INJECTIONS", "600")
RELEASES = ("go", "reposition", "repeat", "abort")
SELECTIVE_MM = 5.0
NUMBERS = {name: number for number, (name, _) in enumerate(SCENES)}


@dataclass(frozen=True)
class Row:
    """What came of one injection."""

    case: Case
    spread: Spread | None
    plain_go: bool
    plain_ml: float
    seconds: float

    @property
    def held_out(self) -> bool:
        return self.case.number // EACH % 2 == 1

    @property
    def release(self) -> str:
        return str(self.spread.decision.release) if self.spread else "repeat"

    @property
    def pattern(self) -> str:
        return str(self.spread.decision.pattern) if self.spread else "refused"

    @property
    def there_ml(self) -> float:
        """What had not been carried away."""
        return (self.case.given.injected_ml or 0.0) - self.case.carried_away_ml


def run() -> str:
    rows = [_read(number) for number in _numbers()]
    held = [r for r in rows if r.held_out]
    real = [r for r in rows if not r.case.scene.startswith("digital")]
    return "\n\n".join(
        [
            f"{len(rows)} injections through {len({r.case.number // EACH for r in rows})} needles.",
            _verdicts({"all": rows, "developed on": [r for r in rows if not r.held_out], "held out": held,
                       "over real CTs": real}),
            _releases(rows),
            _patterns(rows),
            _figures(rows),
        ]
    )  # fmt: skip


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
    row = Row(made, spread, *plain(made.before, made.after, nerve, made.given), seconds)
    sys.stderr.write(f"{number} {made.scene} {made.pattern}: {row.release} {row.pattern}\n")
    return row


def _verdicts(groups: dict[str, list[Row]]) -> str:
    lines = [
        "| injections | `go` to a vascular, intrathecal, disc or joint pattern (aim: 0) "
        "| `go` withheld from a clean perineural pattern (aim: at most 10 %) "
        "| baseline: `go` to a forbidden pattern | baseline: withheld from a clean one |",
        "|---|---|---|---|---|",
    ]
    for name, rows in groups.items():
        bad = [r for r in rows if r.case.pattern in FORBIDDEN]
        clean = [r for r in rows if r.case.pattern in CLEAN]
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
        found = Counter(r.release for r in rows if r.case.pattern == pattern)
        lines.append(f"| {pattern} | {found.total()} | " + " | ".join(str(found[r]) for r in RELEASES) + " |")
    return "\n".join(lines)


def _patterns(rows: list[Row]) -> str:
    read = sorted({r.pattern for r in rows})
    lines = ["| poured, read as | " + " | ".join(read) + " |", "|---" * (len(read) + 1) + "|"]
    for pattern in SHARES:
        found = Counter(r.pattern for r in rows if r.case.pattern == pattern)
        lines.append(f"| {pattern} | " + " | ".join(str(found[name] or "") for name in read) + " |")
    return "\n".join(lines)


def _figures(rows: list[Row]) -> str:
    clean = [r for r in rows if r.case.pattern in CLEAN and r.spread]
    share = np.array([r.spread.found_ml / r.there_ml for r in clean])
    simple = np.array([r.plain_ml / r.there_ml for r in clean])
    length = np.array([r.spread.length_along_root_mm - r.case.length_mm for r in clean])
    typed = [r for r in rows if r.case.pattern in TYPES and r.spread]
    told = [r for r in typed if r.spread.pfirrmann_type is not None]
    right = sum(r.spread.pfirrmann_type == TYPES[r.case.pattern] for r in told)
    truly = [any(mm > SELECTIVE_MM for mm in r.case.others_mm.values()) for r in clean]
    said = [bool(r.spread.roots_reached) for r in clean]
    hits = sum(a and b for a, b in zip(truly, said, strict=True))
    false = sum(b and not a for a, b in zip(truly, said, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return "\n".join(
        [
            f"- of clean contrast found: median {np.median(share):.0%} "
            f"(5th to 95th percentile {np.percentile(share, 5):.0%} to {np.percentile(share, 95):.0%}); "
            f"baseline {np.median(simple):.0%} ({np.percentile(simple, 5):.0%} to {np.percentile(simple, 95):.0%})",
            f"- length along the root: median error {np.median(length):+.0f} mm, "
            f"95 % within {np.percentile(np.abs(length), 95):.0f} mm",
            f"- Pfirrmann's type told in {len(told)} of {len(typed)}, right in {right}",
            f"- another root reached in {sum(truly)} clean injections, said so in {hits}; said wrongly in {false}",
            f"- seconds of CPU: {np.median([r.case.laid_s for r in rows]):.1f} to lay one scan and find its needle, "
            f"{np.median([r.seconds for r in rows]):.1f} to read the contrast "
            f"(95 % within {np.percentile([r.seconds for r in rows], 95):.1f}); peak memory {peak:.1f} GiB",
            f"- scans laid wrong by over 2 mm and trusted: "
            f"{sum(r.case.laid_wrong_mm > 2 and not r.spread.evidence.doubt for r in rows if r.spread)}",
        ]
    )  # fmt: skip
