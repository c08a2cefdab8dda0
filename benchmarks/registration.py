"""Control scans laid onto the plan: target error, refusals, wrong and trusted.

The scans of the needle benchmark, with needles and other metal in them, of patients who lie still or moved by up to
30 mm and turned by up to 10°, laid onto planning CTs with other voxels, slices, noise and tube voltage; then scans of
another patient, and scans 60 to 90 mm along the spine from where they claim to be. Seconds are of one core.
"""

import numpy as np

from benchmarks.control_cases import PATIENTS, SITUATIONS
from benchmarks.control_rows import rows

WRONG_MM = 3.0


def run() -> str:
    done = rows()
    groups = {
        "slices of 2.5 to 5 mm": [r for r in done if r["thickness"] >= 2.5],
        "four to six slices": [r for r in done if r["slices"] <= 6],
        "thinner slices": [r for r in done if r["thickness"] < 2.5],
        **{name: [r for r in done if r["situation"] == name] for name in dict.fromkeys(SITUATIONS)},
        **{name: [r for r in done if r["patient"] == name] for name in PATIENTS},
        "all": done,
    }
    lines = [
        "| scans | trusted | target error median, 95 %, greatest (mm) | trusted and over 3 mm wrong | seconds |",
        "|---|---|---|---|---|",
    ]
    for name, group in groups.items():
        error = np.array([r["target_error"] for r in group if r["trusted"]] or [np.nan])
        lines.append(
            f"| {name} ({len(group)}) | {100 * np.mean([r['trusted'] for r in group]):.1f} % | {np.median(error):.2f}, "
            f"{np.percentile(error, 95):.2f}, {error.max():.2f} | {int((error > WRONG_MM).sum())} "
            f"| {np.median([r['register_s'] for r in group]):.1f} |"
        )
    still = [r for r in done if r["still"] and r["trusted"]]
    foreign, far = ([r[kind] for r in done if kind in r] for kind in ("foreign", "far"))
    return "\n".join(
        [
            *lines,
            "",
            f"Of {len(still)} trusted scans of patients who lay still, {sum(r['identity'] for r in still)} came out as "
            "exactly no motion.",
            f"Of {len(foreign)} scans laid onto another patient's plan, {sum(foreign)} were trusted; of {len(far)} "
            f"from elsewhere along the spine, {sum(far)}.",
            "",
            "Why scans were refused:",
            "",
            *_refusals(done),
        ]
    )


def _refusals(done: list[dict]) -> list[str]:
    reasons: dict[str, int] = {}
    for row in done:
        if not row["trusted"]:
            reasons[row["refused_because"]] = reasons.get(row["refused_because"], 0) + 1
    return [f"* {count}: {reason}" for reason, count in sorted(reasons.items(), key=lambda item: -item[1])]
