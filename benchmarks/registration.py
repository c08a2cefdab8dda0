"""Control scans laid onto the plan: target error, refusals, wrong and trusted.

Simulated control scans of digital and real patients that moved by up to 30 mm and turned by up to 10°, with needles
in them; then control scans of another patient. `FORAMEN_CASES` sets how many.
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

from benchmarks.control_cases import PATIENTS, make, planning_ct, targets

CASES = int(os.environ.get("FORAMEN_CASES", "500"))
WRONG_MM = 3.0


def run() -> str:
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_measure, range(CASES), chunksize=4))
        foreign = list(pool.map(_foreign, range(max(CASES // 5, 4)), chunksize=2))
    lines = [
        "| scans | trusted | target error median, 95 % (mm) | trusted and over 3 mm wrong | seconds |",
        "|---|---|---|---|---|",
    ]
    for name in (*PATIENTS, "all"):
        group = [r for r in rows if name in ("all", r[0])]
        error = np.array([r[2] for r in group if r[1]] or [np.nan])
        lines.append(
            f"| {name} ({len(group)}) | {np.mean([r[1] for r in group]):.0%} | {np.median(error):.2f}, "
            f"{np.percentile(error, 95):.2f} | {int((error > WRONG_MM).sum())} "
            f"| {np.median([r[3] for r in group]):.1f} |"
        )
    return "\n".join([*lines, "", f"Of {len(foreign)} scans of another patient, {sum(foreign)} were trusted."])


def _measure(number: int) -> tuple[str, bool, float, float]:
    from foramen.guidance import Trust, register

    case = make(number)
    began = time.process_time()
    found = register(case.scan.ct, case.planning, case.target_mm)
    seconds = time.process_time() - began
    there = np.linalg.inv(case.scan.to_planning)
    moved = there[:3, :3] @ case.target_mm + there[:3, 3]
    return (
        case.patient,
        found.status is Trust.TRUSTED,
        float(np.linalg.norm(found.motion(moved) - case.target_mm)),
        seconds,
    )


def _foreign(number: int) -> bool:
    """Whether the control scan of one patient is trusted on the plan of another."""
    from foramen.guidance import Trust, register

    case = make(number)
    other = PATIENTS[(number + 1 + number // 4 % 3) % len(PATIENTS)]
    ct = case.scan.ct
    target = targets(other)[0]
    there = np.linalg.inv(case.scan.to_planning)
    affine = ct.affine.copy()
    affine[:3, 3] += target - (there[:3, :3] @ case.target_mm + there[:3, 3])
    return register(replace(ct, affine=affine), planning_ct(other), target).status is Trust.TRUSTED
