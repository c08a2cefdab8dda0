"""How near the spine found on labels comes to points that a person placed on real scans.

Distances in mm to the points of `annotations/*.json`, whose own uncertainty (one sigma) stands in brackets. Nothing was
fitted to these points; where a foramen is not visible the reason stands in its place.
"""

import json
import os
from pathlib import Path

import numpy as np

from foramen.anatomy import LUMBAR_LEVELS, Anatomy, Root, Side, from_labels, read_labels
from foramen.imaging import read_ct

DATA = Path(os.environ.get("FORAMEN_DATA", Path(__file__).parents[2] / "shared" / "data"))
SCANS = {
    "torso_3mm": ("ct/torso_3mm/ct.nii.gz", "ct/torso_3mm/labels_totalsegmentator_v1.nii.gz"),
    "verse014": ("ct/verse014/sub-verse014_ct.nii.gz", "ct/verse014/sub-verse014_seg-vert_msk.nii.gz"),
}
COLUMNS = ("body", "canal", "pedicle left", "pedicle right", "foramen left", "foramen right", "root left", "root right")

Points = dict[str, tuple[np.ndarray, float]]


def annotated(scan: str) -> Points:
    """What a person saw: position in LPS mm and its uncertainty, by name."""
    points = json.loads((DATA / "annotations" / f"{scan}.json").read_text())["points"]
    return {p["name"]: (np.array(p["mm"]), p["uncertainty_mm"]) for p in points}


def measured(anatomy: Anatomy) -> dict[str, np.ndarray]:
    """What Foramen found, by the annotations' names."""
    found = {}
    for v in anatomy.spine.vertebrae:
        found |= {f"{v.level}.body_centre": v.centroid_mm, f"{v.level}.canal_centre": v.canal_centre_mm}
        found |= {f"{v.level}.pedicle_{side}": p.centre_mm for side, p in v.pedicles.items()}
    for f in anatomy.spine.foramina:
        if f.visible and f.root.level == "S1":
            found |= {f"S1.s1_foramen_{f.root.side}_dorsal": f.centre_mm}
            found |= {f"S1.s1_foramen_{f.root.side}_ventral": f.medial_mm}
        elif f.visible:
            found[f"{f.root.level}.foramen_{f.root.side}"] = f.centre_mm
    return found | {f"{n.root.level}.root_{n.root.side}": n.point_mm for n in anatomy.spine.roots}


def distances(anatomy: Anatomy, truth: Points) -> dict[str, float]:
    """Between what was found and what was seen, by name."""
    found = measured(anatomy)
    return {name: float(np.linalg.norm(found[name] - mm)) for name, (mm, _) in truth.items() if name in found}


def _table(anatomy: Anatomy, truth: Points) -> list[str]:
    away = distances(anatomy, truth)

    def cell(name: str) -> str:
        if name not in truth:
            return ""
        if name not in away:
            return "not visible"
        return f"{away[name]:.1f} ({truth[name][1]:g})"

    lines = ["| level | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for level in LUMBAR_LEVELS:
        names = [f"{level}.{c.replace(' ', '_')}" + ("_centre" if c in ("body", "canal") else "") for c in COLUMNS]
        lines.append(f"| {level} | " + " | ".join(cell(name) for name in names) + " |")
    lines += ["", "| S1 | left | right |", "|---|---|---|"]
    for end in ("dorsal", "ventral"):
        lines.append(f"| {end} opening | " + " | ".join(cell(f"S1.s1_foramen_{side}_{end}") for side in Side) + " |")
    return lines


def _summary(away: dict[str, float]) -> str:
    parts = []
    for what in ("body_centre", "canal_centre", "pedicle", "foramen"):
        values = [mm for name, mm in away.items() if name[0] == "L" and f".{what}" in name]
        if values:
            words = what.replace("_", " ")
            parts.append(f"{words}: median {np.median(values):.1f}, worst {max(values):.1f} of {len(values)}")
    return "; ".join(parts) + "."


def run() -> str:
    """A table for each scan, mm."""
    lines = []
    for scan, (ct_file, label_file) in SCANS.items():
        if not (DATA / ct_file).exists():
            lines += [f"## {scan}", "", "Not there (set FORAMEN_DATA).", ""]
            continue
        ct = read_ct(DATA / ct_file)
        anatomy = from_labels(ct, read_labels(DATA / label_file, ct))
        truth = annotated(scan)
        lines += [f"## {scan}", "", *_table(anatomy, truth), "", _summary(distances(anatomy, truth)), ""]
        hidden = {f.root: f.reason for f in anatomy.spine.foramina if not f.visible}
        lines += [f"* {Root(r.level, r.side)}: {reason}" for r, reason in hidden.items()] + [""] * bool(hidden)
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())
