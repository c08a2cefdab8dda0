"""The whole of `foramen plan --all`, cold start, stage by stage.

A digital patient of 512 × 512 × 300 voxels is written as DICOM with its label map; the command then runs in a process
of its own, as a user would start it, once with empty caches of machine code and once again.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SPACING_MM = (0.8, 0.8, 1.0)
FIELD_MM = (409.6, 409.6, 300.0)  # 512 × 512 × 300


def run() -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_patient(folder)
        runs = [_plan(folder, f"run{i}", cache=folder / "machine-code") for i in range(2)]
    stages = list(runs[0][0])
    lines = ["| stage | first run, s | next run, s |", "|---|---|---|"]
    lines += [f"| {stage} | {runs[0][0][stage]:.1f} | {runs[1][0].get(stage, 0):.1f} |" for stage in stages]
    lines += [f"| **whole process** | **{runs[0][1]:.1f}** | **{runs[1][1]:.1f}** |"]
    lines += [f"| peak memory, GiB | {runs[0][2]:.2f} | {runs[1][2]:.2f} |"]
    return "\n".join(lines)


def _write_patient(folder: Path) -> None:
    from foramen.anatomy import write_labels
    from foramen.simulation import DigitalPatient, ScanProtocol, write_dicom

    scan = DigitalPatient().scan(ScanProtocol(spacing_mm=SPACING_MM, field_of_view_mm=FIELD_MM))
    write_dicom(scan, folder / "ct")
    write_labels(scan.labels, folder / "labels.nii.gz")


def _plan(folder: Path, out: str, cache: Path) -> tuple[dict[str, float], float, float]:
    command = [sys.executable, "-c", "from foramen.cli.main import main; main()", "plan", str(folder / "ct")]
    command += ["--labels", str(folder / "labels.nii.gz"), "--all"]
    command += ["--out", str(folder / out)]
    began = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    )
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    stages = {name: float(took) for name, took in re.findall(r"✓ (.+?) ([\d.]+) s", done.stderr)}
    return stages, seconds, peak
