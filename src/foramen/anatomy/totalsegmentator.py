"""TotalSegmentator, where it is installed: the same label map that its command line writes, made on the spot.

TotalSegmentator (Wasserthal 2023, doi 10.1148/ryai.230024) is an extra of its own, `foramen[totalsegmentator]`: it
brings PyTorch, and fetches its weights from the network when first used.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.read_labels import read_labels
from foramen.errors import InputError, UsageError
from foramen.imaging.ct import Ct
from foramen.imaging.nifti import write_nifti
from foramen.progress import Progress, silent

STAGE = "segmenting with TotalSegmentator"
SCHEME = "totalsegmentator-v2"
STATISTICS = "send_usage_stats"
"""The entry of TotalSegmentator's own settings file that decides whether each run is reported to its authors."""


def is_installed() -> bool:
    """Whether TotalSegmentator can be imported."""
    return find_spec("totalsegmentator") is not None


def segment(ct: Ct, progress: Progress = silent) -> LabelMap:
    """Segment a CT with TotalSegmentator's `total` task.

    Parameters
    ----------
    ct : Ct
        Any orientation.
    progress : Progress
        Told when it begins and ends; TotalSegmentator itself says no more.

    Raises
    ------
    UsageError
        If it is not installed.
    InputError
        If its weights can't be fetched, or it fails.
    """
    if not is_installed():
        raise UsageError("TotalSegmentator is not installed: pip install 'foramen[totalsegmentator]'.")
    progress(STAGE, 0.0)
    with tempfile.TemporaryDirectory(prefix="foramen-") as name:
        source, made = Path(name) / "ct.nii.gz", Path(name) / "labels.nii.gz"
        write_nifti(ct, source)
        _run(source, made)
        labels = read_labels(made, ct, scheme=SCHEME)
    progress(STAGE, 1.0)
    return labels


def _run(source: Path, made: Path) -> None:
    """Call its Python API, without its usage statistics."""
    try:
        with _unreported():
            python_api: Any = __import__("totalsegmentator.python_api", fromlist=["totalsegmentator"])
            python_api.totalsegmentator(source, made, ml=True, task="total", device=_device(), quiet=True)
    except (ConnectionError, OSError) as error:
        raise InputError(
            "TotalSegmentator's weights can't be fetched or read; connect to the network once, or use "
            "--anatomy geometric, which needs neither."
        ) from error
    except Exception as error:  # whatever PyTorch and nnU-Net raise
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise InputError(f"TotalSegmentator failed ({reason}); use --anatomy geometric or a label map.") from error


@contextmanager
def _unreported() -> Iterator[None]:
    """Its usage statistics switched off in its settings file, and what stood there put back."""
    home = Path(os.environ.get("TOTALSEG_HOME_DIR", Path.home() / ".totalsegmentator"))
    settings = home / "config.json"
    before = settings.read_text(encoding="utf-8") if settings.exists() else None
    home.mkdir(parents=True, exist_ok=True)
    kept = json.loads(before) if before else {"totalseg_id": "foramen", "prediction_counter": 0}
    settings.write_text(json.dumps({**kept, STATISTICS: False}), encoding="utf-8")
    try:
        yield
    finally:
        if before is not None:
            settings.write_text(before, encoding="utf-8")


def _device() -> str:
    """A graphics processor where PyTorch sees one."""
    if find_spec("torch") is None:
        return "cpu"
    torch: Any = __import__("torch")
    return "gpu" if torch.cuda.is_available() else "cpu"
