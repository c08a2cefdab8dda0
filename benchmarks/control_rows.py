"""Every simulated control scan measured once, for the needle and the registration benchmark alike, and kept.

A run that was interrupted goes on where it stopped: rows lie in `out/benchmarks/`, under the fingerprint of the code
that made them. `FORAMEN_CASES` sets how many scans (500), `FORAMEN_PROCESSES` how many at a time (1).
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from benchmarks.control_cases import FIRST, PATIENTS, Case, make, planning_ct, targets

ROOT = Path(__file__).parents[1]
CODE = (
    "benchmarks/control_*.py",
    *(f"src/foramen/guidance/{name}.py" for name in ("needle*", "shaft", "tip_fit", "ridges", "inner_needle")),
    *(
        f"src/foramen/guidance/{name}.py"
        for name in ("rigid", "bone_points", "coarse_search", "refine", "registration")
    ),
    *(f"src/foramen/simulation/{name}.py" for name in ("metal", "needle", "control_scan", "skin_markers", "noise")),
)
CASES = int(os.environ.get("FORAMEN_CASES", "500"))
PROCESSES = int(os.environ.get("FORAMEN_PROCESSES", "1"))
BESIDE_MM = 2.0
"""A line that passes the true tip no farther off than this and half a slice is the right needle."""
EVERY = 5
"""One scan in so many is also laid onto another patient's plan, and one shifted by two vertebrae onto its own."""


def rows() -> list[dict]:
    """One row a scan, from the store where it is there."""
    store = ROOT / "out" / "benchmarks" / f"control_scans-{_fingerprint()}.jsonl"
    store.parent.mkdir(parents=True, exist_ok=True)
    kept = [json.loads(line) for line in store.read_text().splitlines()] if store.exists() else []
    done = {row["number"] for row in kept}
    wanted = range(FIRST, FIRST + CASES)
    with store.open("a", encoding="utf-8") as file:
        for row in _measured([n for n in wanted if n not in done]):
            file.write(json.dumps(row) + "\n")
            file.flush()
            kept.append(row)
    return sorted((row for row in kept if row["number"] in wanted), key=lambda row: row["number"])


def _fingerprint() -> str:
    files = sorted(path for pattern in CODE for path in ROOT.glob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _measured(numbers: list[int]) -> Iterator[dict]:
    if PROCESSES == 1:
        yield from map(measure, numbers)
        return
    with ProcessPoolExecutor(PROCESSES) as pool:
        yield from pool.map(measure, numbers)


def measure(number: int) -> dict:
    """The needle, the plain baseline, and the registration of one scan."""
    case = make(number)
    grid = case.scan.raw.grid
    row = {
        "number": number,
        "patient": case.patient,
        "situation": case.situation,
        "thickness": case.thickness_mm,
        "slices": int(grid.shape[2]),
        "in_view": case.tip_in_view,
        "still": bool(np.array_equal(case.scan.to_planning, np.eye(4))),
    }
    return row | _needle(case) | {"plain": _plain(case)} | _registered(case) | _strangers(case, number)


def _needle(case: Case) -> dict:
    from foramen.guidance import read_needle

    truth = case.scan.needles[-1]
    began = time.process_time()
    found = read_needle(case.scan.ct, route_mm=case.route_in_scan_mm)
    row = {"status": str(found.status), "reason": found.reason, "needle_s": time.process_time() - began}
    row |= {"right_needle": False, "error": None, "axis": None, "sigma": None}
    if (needle := found.needle) is not None:
        off = needle.tip_mm - truth.tip_mm
        beside = np.linalg.norm(off - (off @ needle.direction) * needle.direction)
        row["right_needle"] = bool(beside < BESIDE_MM + case.thickness_mm / 2)
        row["error"], row["sigma"] = float(np.linalg.norm(off)), needle.uncertainty_mm
        row["axis"] = float(np.degrees(np.arccos(np.clip(needle.direction @ truth.axis, -1, 1))))
    return row


def _plain(case: Case) -> float | None:
    """Tip error of the plain way: HU over 800, the largest straight component, its end toward the front."""
    from scipy import ndimage

    scan = case.scan.ct.canonical()
    pieces, _ = ndimage.label(scan.voxels > 800, np.ones((3, 3, 3)))
    longest, tip = 0.0, None
    for number, box in enumerate(ndimage.find_objects(pieces), start=1):
        index = np.argwhere(pieces[box] == number) + [part.start for part in box]
        if len(index) < 10:
            continue
        points = scan.to_world(index)
        away = points - points.mean(axis=0)
        spread, axes = np.linalg.eigh(away.T @ away)
        along = away @ axes[:, 2]
        if spread[2] > 0.97 * spread.sum() and np.ptp(along) > longest:
            longest = float(np.ptp(along))
            tip = min(points[along.argmin()], points[along.argmax()], key=lambda p: p[1])
    return None if tip is None else float(np.linalg.norm(tip - case.scan.needles[-1].tip_mm))


def _registered(case: Case) -> dict:
    from foramen.guidance import Trust, register

    began = time.process_time()
    found = register(case.scan.ct, case.planning, case.target_mm)
    return {
        "register_s": time.process_time() - began,
        "trusted": found.status is Trust.TRUSTED,
        "refused_because": found.reason,
        "target_error": float(np.linalg.norm(found.motion(_target_in_scan(case)) - case.target_mm)),
        "identity": bool(np.array_equal(found.motion.matrix, np.eye(4))),
    }


def _strangers(case: Case, number: int) -> dict:
    """Whether the scan is trusted on another patient's plan, or two vertebrae away from where it belongs."""
    from foramen.guidance import Trust, register

    if number % EVERY == 0:
        other = PATIENTS[(number + 1 + number // EVERY % 3) % len(PATIENTS)]
        target = targets(other)[0]
        scan = _shifted(case.scan.ct, target - _target_in_scan(case))
        return {"foreign": register(scan, planning_ct(other), target).status is Trust.TRUSTED}
    if number % EVERY == 1:
        far = np.random.default_rng(number).choice([-1, 1]) * np.random.default_rng(number + 1).uniform(60, 90)
        scan = _shifted(case.scan.ct, case.target_mm - _target_in_scan(case) + (0, 0, far))
        return {"far": register(scan, case.planning, case.target_mm).status is Trust.TRUSTED}
    return {}


def _target_in_scan(case: Case) -> np.ndarray:
    there = np.linalg.inv(case.scan.to_planning)
    return there[:3, :3] @ case.target_mm + there[:3, 3]


def _shifted(ct, by: np.ndarray):
    affine = ct.affine.copy()
    affine[:3, 3] += by
    return replace(ct, affine=affine)
