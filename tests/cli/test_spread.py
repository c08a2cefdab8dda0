"""`foramen spread` on whole scans: what is wrong with the input is told in one sentence, and nothing is written."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import typer
from tests.support.report_patient import plan_for, planned

from foramen.anatomy import Root
from foramen.anatomy.providers import find_anatomy
from foramen.anatomy.write_labels import write_labels
from foramen.cli.spread import spread
from foramen.errors import InputError
from foramen.imaging import Ct, read_ct
from foramen.imaging.nifti import write_nifti
from foramen.simulation import DigitalPatient, ScanProtocol
from foramen.simulation.contrast import Pour, pour
from foramen.simulation.control_scan import ControlScan, control_scan, motion, with_contrast
from foramen.simulation.injection_site import Space, site_of_ct
from foramen.simulation.needle import SimulatedNeedle

ROOT = Root.parse("L4-left")


@dataclass(frozen=True)
class Room:
    """Files as a person has them: scans by name, the plan, its CT and its labels."""

    folder: Path

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    def run(self, before: str = "before", after: str = "after", **options: object) -> dict:
        """Run the command; what it wrote."""
        out = self.folder / "out"
        told = {
            "plan": self["plan.json"], "planning_ct": self["planning.nii.gz"], "labels": self["labels.nii.gz"],
            "route": None, "injected_ml": 0.3, "iodine_mg_ml": 100.0, "second": None, "series": None,
            "label_scheme": None, "as_json": False, "quiet": True,
        }  # fmt: skip
        spread(self[f"{before}.nii.gz"], self[f"{after}.nii.gz"], out=out, **(told | options))
        return json.loads((out / "spread.json").read_text())

    def refused(self, *names: str, **options: object) -> str:
        """The sentence with which it is refused, nothing being written."""
        with pytest.raises(InputError) as caught:
            self.run(*names, **options)
        assert not (self.folder / "out").exists()
        return str(caught.value)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    room = Room(tmp_path_factory.mktemp("spread"))
    patient = DigitalPatient()
    nerve = patient.truth.nerve(ROOT)
    assert nerve is not None
    centre = nerve.point_mm + np.array([-nerve.point_mm[0], 20, 0])
    scan = patient.scan(
        ScanProtocol(spacing_mm=(1.1, 1.1, 2.0), field_of_view_mm=(190, 170, 140), centre_mm=tuple(centre))
    )
    write_nifti(scan.ct, room["planning.nii.gz"])
    write_labels(scan.labels, room["labels.nii.gz"])
    planning = read_ct(room["planning.nii.gz"])
    anatomy = find_anatomy(planning, provider="labels", labels=room["labels.nii.gz"])
    target = nerve.point_mm + np.array([3.0, 2.5, 0.0])
    entry = target + 60 * np.array([0.4, 0.9, 0.0])
    by_hand = planned(ROOT)
    route = by_hand.routes[0].model_copy(update={"entry_mm": tuple(entry), "target_mm": tuple(target)})
    plan = plan_for(planning, anatomy, by_hand.model_copy(update={"routes": (route,)}))
    room["plan.json"].write_text(plan.model_dump_json())
    needle = SimulatedNeedle(target, entry, 22, 90.0, stylet=False)

    def scanned(seed: int, needles: list[SimulatedNeedle], up_mm: float = 0.0) -> ControlScan:
        middle = nerve.point_mm + np.array([0, 20, up_mm])
        protocol = ScanProtocol(
            spacing_mm=(0.8, 0.8, 2.5), field_of_view_mm=(130, 130, 45), centre_mm=tuple(middle), noise_hu=15,
            seed=seed,
        )  # fmt: skip
        return control_scan(scan.ct, protocol, needles, moved=motion([1.0, 2.0, -1.0 * seed], [0, 1, seed], target))

    site = site_of_ct(scan.ct, scan.labels, patient.truth, ROOT)
    poured = pour(site, [Pour(target, Space.SHEATH, 0.3)], seed=2)
    before, plain = scanned(1, [needle]), scanned(2, [needle])
    made: dict[str, Ct] = {
        "before": before.ct, "plain": plain.ct, "after": with_contrast(plain, poured.hu(1.0)).ct,
        "bare": scanned(1, []).ct, "bare after": with_contrast(scanned(2, []), poured.hu(1.0)).ct,
        "other region": replace(before.ct, voxels=before.ct.voxels[:, ::-1].copy()),
    }  # fmt: skip
    for name, ct in made.items():
        write_nifti(ct, room[f"{name}.nii.gz"])
    return room


def test_contrast_along_the_root_lets_the_steroid_follow(room: Room, tmp_path: Path) -> None:
    found = room.run()

    assert found["release"] == "go"
    assert found["found_ml"] == pytest.approx(0.3, rel=0.15)
    assert {scan["registration"] for scan in found["scans"]} == {"trusted"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"planning_ct": None}, "give that scan with --planning-ct"),
        ({"labels": None}, "made on a label map; give the same one with --labels"),
    ],
)
def test_what_is_missing_is_asked_for(room: Room, tmp_path: Path, changed: dict, sentence: str) -> None:
    assert sentence in _elsewhere(room, tmp_path).refused(**changed)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("before", "before"), "The same scan was given twice"),
        (("after", "before"), "were they swapped?"),
        (("before", "other region"), "The scan after the contrast can't be laid onto the planning CT"),
        (("bare", "bare after"), "No needle was found"),
    ],
    ids=["twice", "swapped", "other region", "no needle"],
)
def test_the_wrong_scans_are_told(room: Room, tmp_path: Path, names: tuple[str, str], sentence: str) -> None:
    assert sentence in _elsewhere(room, tmp_path).refused(*names)


def test_another_planning_ct_is_told(room: Room, tmp_path: Path) -> None:
    said = _elsewhere(room, tmp_path).refused(planning_ct=room["before.nii.gz"])

    assert "not the scan that the plan was made on" in said


def test_no_contrast_is_an_answer_that_releases_nothing(room: Room, tmp_path: Path) -> None:
    there = _elsewhere(room, tmp_path)

    with pytest.raises(typer.Exit) as ended:
        there.run("before", "plain", quiet=True)

    assert ended.value.exit_code == 4
    assert json.loads((there["out"] / "spread.json").read_text())["pattern"] == "none"


def _elsewhere(room: Room, tmp_path: Path) -> Room:
    """The same files in a folder without results."""
    for path in room.folder.iterdir():
        if path.is_file():
            (tmp_path / path.name).symlink_to(path)
    return Room(tmp_path)
