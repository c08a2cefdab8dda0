"""The needle in simulated control scans, and a plain baseline on the same scans.

Digital and real patients, 20 to 25 G, stylet in or out, slices 0.6 to 5 mm, obliquity to 30°, tilted gantries, noise.
The baseline thresholds the scan and takes the end of the largest straight component. `FORAMEN_CASES` sets how many.
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.control_cases import PATIENTS, make

CASES = int(os.environ.get("FORAMEN_CASES", "500"))
FALSE_MM = 3.0


def run() -> str:
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_measure, range(CASES), chunksize=4))
    groups = {
        "slices to 1.25 mm": [r for r in rows if r["thickness"] <= 1.25],
        "2 to 3 mm": [r for r in rows if 1.25 < r["thickness"] < 4],
        "5 mm": [r for r in rows if r["thickness"] >= 4],
        **{name: [r for r in rows if r["patient"] == name] for name in PATIENTS},
        "all": rows,
    }
    lines = [
        "| scans | tip in view | found | tip error median, 95 % (mm) | axis median (°) | found and over 3 mm wrong "
        "| tip outside: said so | seconds | baseline: tip median (mm), over 3 mm wrong |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(name, group) for name, group in groups.items())])


def _line(name: str, rows: list[dict]) -> str:
    shown = [r for r in rows if r["in_view"]]
    hidden = [r for r in rows if not r["in_view"]]
    found = [r for r in shown if r["status"] == "found"]
    error = np.array([r["error"] for r in found] or [np.nan])
    wrong = sum(r["status"] == "found" and r["error"] > FALSE_MM for r in rows)
    plain = np.array([r["plain"] for r in shown] or [np.nan])
    axis = np.median([r["axis"] for r in found] or [np.nan])
    said = sum(r["status"] != "found" for r in hidden)
    seconds = np.median([r["seconds"] for r in rows] or [np.nan])
    return (
        f"| {name} ({len(rows)}) | {len(shown)} | {len(found) / max(len(shown), 1):.0%} | {np.median(error):.2f}, "
        f"{np.percentile(error, 95):.2f} | {axis:.2f} | {wrong} | {said} of {len(hidden)} | {seconds:.1f} "
        f"| {np.median(plain):.1f}, {np.mean(plain > FALSE_MM):.0%} |"
    )


def _measure(number: int) -> dict:
    from foramen.guidance import read_needle

    case = make(number)
    truth = case.scan.needles[0]
    there = np.linalg.inv(case.scan.to_planning)
    route = case.route_mm @ there[:3, :3].T + there[:3, 3]
    began = time.process_time()
    found = read_needle(case.scan.ct, route_mm=route)
    seconds = time.process_time() - began
    row = {"patient": case.patient, "thickness": case.thickness_mm, "in_view": case.tip_in_view}
    row |= {"status": str(found.status), "seconds": seconds, "error": np.nan, "axis": np.nan}
    if found.needle is not None:
        row["error"] = float(np.linalg.norm(found.needle.tip_mm - truth.tip_mm))
        row["axis"] = float(np.degrees(np.arccos(np.clip(found.needle.direction @ truth.axis, -1, 1))))
    return row | {"plain": _plain(case.scan.ct, truth)}


def _plain(ct, truth) -> float:
    """Tip error of the plain way: HU over 800, the largest straight component, its end toward the front."""
    from scipy import ndimage

    scan = ct.canonical()
    pieces, count = ndimage.label(scan.voxels > 800, np.ones((3, 3, 3)))
    best, tip = 0.0, None
    for number in range(1, count + 1):
        index = np.argwhere(pieces == number) if count < 400 else np.empty((0, 3))
        if len(index) < 10:
            continue
        points = scan.to_world(index)
        away = points - points.mean(axis=0)
        spread, axes = np.linalg.eigh(away.T @ away)
        along = away @ axes[:, 2]
        if spread[2] > 0.97 * spread.sum() and np.ptp(along) > best:
            best, tip = float(np.ptp(along)), min(points[along.argmin()], points[along.argmax()], key=lambda p: p[1])
    return float("inf") if tip is None else float(np.linalg.norm(tip - truth.tip_mm))
