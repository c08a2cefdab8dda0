"""`foramen doctor`: what is installed, what is optional and missing, and the command that adds it."""

import json
import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from foramen import __version__
from foramen.cli.console import print_json, results

CORE = {
    "numpy": "arrays",
    "scipy": "distance transforms, interpolation",
    "numba": "the route search's machine code",
    "pydicom": "DICOM",
    "python-gdcm": "compressed DICOM (JPEG, JPEG-LS, JPEG 2000, RLE)",
    "pylibjpeg-openjpeg": "compressed DICOM (JPEG 2000)",
    "highdicom": "DICOM segmentations",
    "nibabel": "NIfTI",
    "pynrrd": "NRRD",
    "pydantic": "file formats",
    "matplotlib": "pictures",
    "typst": "the PDF report",
}
"""What every installation has, and what for."""

APPLICATION = ("fastapi", "uvicorn", "sqlalchemy", "alembic", "argon2-cffi", "huey")
"""What `foramen serve` and the record stand on; the extra `foramen[web]` brings them all."""

OPTIONAL = {
    "pylibjpeg-libjpeg": "12-bit JPEG in old DICOM; its licence is GPL-3, so it is yours to add",
}
"""What adds an ability to an installation that works without it."""

LEARNED = (
    "learned segmentation with --anatomy totalsegmentator; its code is under Apache-2.0, the weights of its task total "
    "are open for any use by its authors' word, and are fetched from the network on first use"
)
"""What TotalSegmentator adds, on which terms."""

NEEDED_MEMORY_GB = 4
"""A 512 × 512 × 600 CT is planned inside this."""


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report."""

    name: str
    state: str
    good: bool
    what_to_do: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Say what is installed, what is missing, and what to do about it.

    **Example**: `foramen doctor`
    """
    checks = examine()
    if as_json:
        print_json(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        _print(checks)
    if not all(check.good for check in checks):
        raise typer.Exit(3)


def examine() -> list[Check]:
    """Everything the doctor looks at, in the order it is printed."""
    machine = [_python(), _processors(), _memory(), _threads(), _disk()]
    core = [_package(name, what_for) for name, what_for in CORE.items()]
    return [*machine, *core, _application(), *map(_optional, OPTIONAL), _learned()]


def _python() -> Check:
    return Check("Foramen", f"{__version__} on Python {platform.python_version()}, {sys.platform}", good=True)


def _processors() -> Check:
    return Check("Processors", str(len(os.sched_getaffinity(0))), good=True)


def _memory() -> Check:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    good = total >= NEEDED_MEMORY_GB
    advice = "" if good else f"large CTs need {NEEDED_MEMORY_GB} GB; close other programs or use thicker slices"
    return Check("Memory", f"{total:.0f} GB", good, advice)


def _threads() -> Check:
    try:
        import_module("numba.np.ufunc.omppool")
    except ImportError:
        advice = "the machine's OpenMP library makes kernels safe under a server: sudo apt-get install libgomp1"
        return Check("Threads", "Numba's own pool, one caller at a time", good=True, what_to_do=advice)
    return Check("Threads", "OpenMP", good=True)


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    return Check("Disk here", f"{free:.0f} GB free", good=free > 1, what_to_do="" if free > 1 else "free some space")


def _package(name: str, what_for: str) -> Check:
    try:
        return Check(name, f"{metadata.version(name)}, {what_for}", good=True)
    except metadata.PackageNotFoundError:
        return Check(name, f"missing, {what_for}", good=False, what_to_do=f"pip install {name}")


def _application() -> Check:
    missing = [name for name in APPLICATION if not _is_installed(name)]
    if missing:
        advice = "pip install 'foramen[web]'"
        return Check(
            "Application", f"not installed (optional): lacks {', '.join(missing)}", good=True, what_to_do=advice
        )
    return Check("Application", "foramen serve: the case record and the pages in the browser", good=True)


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _optional(name: str) -> Check:
    try:
        return Check(name, f"{metadata.version(name)}, {OPTIONAL[name]}", good=True)
    except metadata.PackageNotFoundError:
        return Check(name, f"not installed (optional): {OPTIONAL[name]}", good=True, what_to_do=f"pip install {name}")


def _learned() -> Check:
    """TotalSegmentator, and whether its weights are there already."""
    try:
        version = metadata.version("TotalSegmentator")
    except metadata.PackageNotFoundError:
        state = f"not installed (optional): {LEARNED}"
        return Check("TotalSegmentator", state, good=True, what_to_do="pip install 'foramen[totalsegmentator]'")
    home = Path(os.environ.get("TOTALSEG_HOME_DIR", Path.home() / ".totalsegmentator"))
    there = Path(os.environ.get("TOTALSEG_WEIGHTS_PATH", home / "nnunet" / "results"))
    if there.is_dir() and any(there.glob("Dataset*")):
        return Check("TotalSegmentator", f"{version}, weights are here: {LEARNED}", good=True)
    advice = "fetch its weights while a network is at hand: totalseg_download_weights -t total"
    return Check("TotalSegmentator", f"{version}, without weights yet: {LEARNED}", good=True, what_to_do=advice)


def _print(checks: list[Check]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = "[green]✓[/green]" if check.good else "[bold red]✗[/bold red]"
        advice = f"  [yellow]→ {escape(check.what_to_do)}[/yellow]" if check.what_to_do else ""
        results.print(f"{mark} {check.name:<{width}}  {escape(check.state)}{advice}", soft_wrap=True)
