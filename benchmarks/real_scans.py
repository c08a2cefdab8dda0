"""The real scans with what is known about them: points placed by eye, reference label maps."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy import read_labels
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Spine
from foramen.anatomy.structures import Structure
from foramen.imaging import read_ct
from foramen.imaging.ct import Ct

DATA = Path(os.environ.get("FORAMEN_DATA", Path(__file__).parents[2] / "shared" / "data"))

SCANS = (
    ("torso_3mm", "ct/torso_3mm/ct.nii.gz", None, "torso_3mm", "ct/torso_3mm/labels_totalsegmentator_v1.nii.gz"),
    (
        "verse014",
        "ct/verse014/sub-verse014_ct.nii.gz",
        None,
        "verse014",
        "ct/verse014/sub-verse014_seg-vert_msk.nii.gz",
    ),
    ("lumbar_clinical, sagittal", "dicom/lumbar_clinical.zip", "5.2", "lumbar_clinical", None),
    ("lumbar_clinical, coronal", "dicom/lumbar_clinical.zip", "6.2", "lumbar_clinical", None),
    ("visible_human_pelvis", "dicom/visible_human_pelvis.zip", None, None, None),
    ("chest_to_L2", "ct/chest_to_L2/ct.nii.gz", None, None, "ct/chest_to_L2/labels.nii.gz"),
    ("upper abdomen, 20 slices", "dicom/upper_abdomen_jpeg2000_no_sop_class.zip", None, None, None),
)
"""Name, file, series, annotations, label map."""

Point = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What is known of one scan, LPS mm."""

    bodies: dict[str, Point] = field(default_factory=dict)
    canal: list[Point] = field(default_factory=list)
    pedicles: dict[tuple[str, Side], Point] = field(default_factory=dict)
    foramina: dict[Root, Point] = field(default_factory=dict)
    labels: LabelMap | None = None

    @staticmethod
    def structure(level: str) -> Structure:
        """The structure of a level's name."""
        return Structure[level]


def truth_of(spine: Spine, labels: LabelMap) -> Truth:
    """The truth of a digital patient."""
    return Truth(
        {v.level: v.centroid_mm for v in spine.vertebrae},
        list(spine.canal_centreline_mm),
        {(v.level, side): p.centre_mm for v in spine.vertebrae for side, p in v.pedicles.items()},
        {f.root: f.centre_mm for f in spine.foramina if f.centre_mm is not None},
        labels,
    )


def real_scans() -> Iterator[Callable[[], tuple[str, Ct, Truth]]]:
    """For every scan that is there, how to read it and its truth."""
    for name, file, series, annotations, labels in SCANS:
        if (DATA / file).exists():
            yield partial(_read, name, file, series, annotations, labels)


def _read(
    name: str, file: str, series: str | None, annotations: str | None, labels: str | None
) -> tuple[str, Ct, Truth]:
    ct = read_ct(DATA / file, series=series)
    return name, ct, _truth(ct, annotations, labels)


def _truth(ct: Ct, annotations: str | None, labels: str | None) -> Truth:
    reference = read_labels(DATA / labels, ct) if labels else None
    if annotations is None:
        return Truth(_centroids(reference), labels=reference)
    points = json.loads((DATA / "annotations" / f"{annotations}.json").read_text())["points"]
    truth = Truth(labels=reference)
    for point in points:
        level, _, what = point["name"].partition(".")
        place = np.array(point["mm"])
        side = next((s for s in Side if s in what), None)
        if what == "body_centre":
            truth.bodies[level] = place
        elif what == "canal_centre":
            truth.canal.append(place)
        elif side and what.startswith("pedicle"):
            truth.pedicles[level, side] = place
        elif side and (what.startswith("foramen") or (what.startswith("s1_foramen") and what.endswith("dorsal"))):
            truth.foramina[Root(level, side)] = place
    return truth


def _centroids(labels: LabelMap | None) -> dict[str, Point]:
    """Middles of whole vertebrae, 12 mm forward: roughly where the bodies are."""
    found: dict[str, Point] = {}
    for structure in labels.present if labels else ():
        if structure.name in ("T12", "L1", "L2", "L3", "L4", "L5") and labels is not None:
            found[structure.name] = labels.to_world(np.argwhere(labels.mask(structure))).mean(axis=0) - (0, 12.0, 0)
    return found
