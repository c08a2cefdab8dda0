"""The needle in simulated control scans, and a plain baseline on the same scans.

Digital and real patients who lie still or moved, 20 to 25 G, stylet in or out, slices 0.6 to 5 mm, obliquity to 30°,
tilted gantries, noise; half of the scans with a second needle, an inner needle, a needle still in the skin, a marker
grid, screws or bowel contrast (`benchmarks/control_cases.py`). None of these scans was used to build the method.

*Needle found*: the right one, whether or not its tip is in view and certain. *Tip certain*: status `found`, of the
scans that show the tip. *Half a slice*: share of the certain tips within half a slice, or 1 mm where that is more.
*2 σ*: share of the certain tips within twice the stated uncertainty. The baseline thresholds the scan at 800 HU and
takes the deep end of the largest straight component; it always answers. Seconds are of one core.
"""

import numpy as np

from benchmarks.control_cases import PATIENTS, SITUATIONS
from benchmarks.control_rows import rows

FALSE_MM = 3.0


def run() -> str:
    done = rows()
    groups = {
        "slices to 1.25 mm": [r for r in done if r["thickness"] <= 1.25],
        "2 to 3 mm": [r for r in done if 1.25 < r["thickness"] < 4],
        "5 mm": [r for r in done if r["thickness"] >= 4],
        **{name: [r for r in done if r["situation"] == name] for name in dict.fromkeys(SITUATIONS)},
        **{name: [r for r in done if r["patient"] == name] for name in PATIENTS},
        "all": done,
    }
    lines = [
        "| scans | needle found | tip in view: certain | tip error median, 95 % (mm) | half a slice | 2 σ "
        "| axis median (°) | certain and over 3 mm wrong | tip outside: said so | seconds "
        "| baseline: tip median (mm), over 3 mm wrong |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(name, group) for name, group in groups.items() if group]
    return "\n".join([*lines, "", *_withheld(done)])


def _line(name: str, group: list[dict]) -> str:
    shown = [r for r in group if r["in_view"]]
    hidden = [r for r in group if not r["in_view"]]
    certain = [r for r in shown if r["status"] == "found"]
    error = np.array([r["error"] for r in certain] or [np.nan])
    limit = np.array([max(1.0, r["thickness"] / 2) for r in certain] or [np.nan])
    sigma = np.array([r["sigma"] for r in certain] or [np.nan])
    wrong = sum(r["status"] == "found" and r["error"] > FALSE_MM for r in group)
    plain = np.array([np.inf if r["plain"] is None else r["plain"] for r in shown] or [np.nan])
    axis = np.median([r["axis"] for r in certain] or [np.nan])
    said = sum(r["status"] != "found" for r in hidden)
    return (
        f"| {name} ({len(group)}) | {_share([r['right_needle'] for r in group])} "
        f"| {len(certain)} of {len(shown)} ({_share([r['status'] == 'found' for r in shown])}) "
        f"| {np.median(error):.2f}, {np.percentile(error, 95):.2f} | {_share(error <= limit)} "
        f"| {_share(error <= 2 * sigma)} | {axis:.2f} | {wrong} | {said} of {len(hidden)} "
        f"| {np.median([r['needle_s'] for r in group]):.1f} | {np.median(plain):.1f}, {_share(plain > FALSE_MM)} |"
    )


def _share(flags) -> str:
    share = 100 * float(np.mean(flags)) if len(flags) else np.nan
    return f"{share:.0f} %" if share in (0.0, 100.0) else f"{share:.1f} %"


def _withheld(done: list[dict]) -> list[str]:
    """Why a tip in view was not called certain, and how often."""
    reasons: dict[str, int] = {}
    for row in done:
        if row["in_view"] and row["status"] != "found":
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + 1
    return ["Why a tip in view was not called certain:", ""] + [
        f"* {count}: {reason}" for reason, count in sorted(reasons.items(), key=lambda item: -item[1])
    ]
