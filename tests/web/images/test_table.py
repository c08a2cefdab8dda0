"""At the table: every step in its order, what is refused says why, and only contrast along the root is let through."""

import re

import pytest

from foramen.guidance.needle_file import AdviceRecord, DeviationRecord, NeedleFile, Registration
from foramen.guidance.spread_file import SpreadFile
from foramen.pathway.procedure.events import Advanced
from foramen.records import SOFTWARE, Role
from foramen.records.events import NeedleRead, ProcedureStep, SpreadRead
from foramen.web.images.table.at_the_table import at_the_table
from foramen.web.images.table.steps import fields

pytestmark = pytest.mark.usefixtures("at_table")

TIME_OUT = {
    "identifiers_matched": ["name", "date of birth"],
    "root_on_request": "L5-left",
    "root_on_consent": "L5-left",
    "side_said_by_patient": "left",
    "side_marked": "left",
    "consent_still_given": "yes",
    "allergies_read_out": "yes",
}


class Table:
    """The page as a person uses it: post a step, read what stands there."""

    def __init__(self, at, role=Role.RADIOLOGIST):
        self.at = at
        self.client = at.site.client(role)

    def page(self, step="") -> str:
        return self.client.get(f"/cases/{self.at.id}/procedure", params={"root": "L5-left", "step": step}).text

    def book(self):
        form = {"for_root": "L5-left", "after": self.at.case.version}
        return self.client.post(f"/cases/{self.at.id}/procedure/booking", data=form)

    def note(self, step, **answers):
        form = {"for_root": "L5-left", "after": self.at.case.version, "step": step, **answers}
        return self.client.post(f"/cases/{self.at.id}/procedure/steps", data=form)

    @property
    def steps(self):
        return [event.event for event in self.at.case.procedures.get("L5-left", ())]


def spread_file(**otherwise) -> SpreadFile:
    """What is read of contrast along the root, but for what is said otherwise."""
    said = {
        "root": "L5-left",
        "pattern": "perineural",
        "pfirrmann_type": 1,
        "compartments": {"along-root": 0.3},
        "length_along_root_mm": 14.0,
        "release": "go",
        "reasons": ("Contrast runs along the root for 14 mm and none was found where it must not be.",),
        "limits": ("A vessel can wash out before the scan.",),
        "injected_ml": 0.4,
        "iodine_mg_ml": 100.0,
        "found_ml": 0.38,
        "selective": True,
        "roots_reached": (),
        "vessels": (),
        "noise_hu": 10.0,
        "scans": (),
        "software": {"name": "foramen"},
    }
    return SpreadFile(**said | otherwise)


def heading(page: str) -> str:
    return re.search(r'id="next-step">.*?<h2>(.*?)</h2>', page, re.DOTALL)[1]


def test_the_procedure_from_booking_to_dressing(at_table):
    """In one test, since each step stands on those before it."""
    table = Table(at_table)

    # Nothing before the table is booked.
    assert table.note("signed-in", **TIME_OUT).status_code == 422
    assert table.book().status_code == 303
    page = table.page()
    assert "Go through identity, side, level" in heading(page)
    assert "No local anaesthetic yet" in page
    assert page.count("LEFT") > 3

    # The time-out: what is missing is named, a wrong side stops it, and nothing of that is noted.
    half = table.note("signed-in", **TIME_OUT | {"side_marked": ""})
    assert half.status_code == 422
    assert "Still to fill in: side marked." in half.text
    wrong = table.note("signed-in", **TIME_OUT | {"side_said_by_patient": "right"})
    assert "The patient says right, the plan says left: stop until the side is settled." in wrong.text
    assert table.steps == []
    assert table.note("signed-in", **TIME_OUT).status_code == 303

    # A needle before the stop moment is refused.
    early = table.note("advanced", needle="1", depth_mm="30", image="a")
    assert "No needle before the stop moment." in early.text
    assert table.note("positioned", position="prone").status_code == 303
    assert table.note("skin-prepared", agent="chlorhexidine").status_code == 303
    alone = table.note("stop-moment", root="L5-left", mark_seen="yes", operator="A", assistant="A")
    assert "needs two people" in alone.text
    assert table.note("stop-moment", root="L5-left", mark_seen="yes", operator="A", assistant="B").status_code == 303

    # The running total: 40 mg lidocaine of 4.5 or 3 mg/kg for 82 kg, and too much is refused.
    assert table.note("anaesthetised", product="lidocaine-1", volume_ml="4").status_code == 303
    page = table.page()
    assert "lidocaine 40.0 mg" in page
    assert "of the largest dose" in page
    too_much = table.note("anaesthetised", product="lidocaine-2", volume_ml="60")
    assert "of the largest dose, summed over agents" in too_much.text

    assert table.note("advanced", needle="1", depth_mm="40,5", image="control 1").status_code == 303
    assert table.note("tip-checked", needle="1", root="L5-left", image="c", in_position="yes").status_code == 303
    assert table.note("aspirated", needle="1", found="nothing").status_code == 303

    # Contrast in a vein is not let through, whatever else is answered; then along the root.
    contrast = {
        "needle": "1",
        "product": "iohexol-240",
        "volume_ml": "0.3",
        "seen_during": "yes",
        "vessels_checked": "yes",
        "slowly": "yes",
        "image": "c",
    }
    assert table.note("contrast-given", pattern="vascular-venous", **contrast).status_code == 303
    assert "is in a vein" in table.note("released").text
    assert table.note("advanced", needle="1", depth_mm="42", image="c").status_code == 303
    assert table.note("tip-checked", needle="1", root="L5-left", image="c", in_position="yes").status_code == 303
    assert table.note("aspirated", needle="1", found="nothing").status_code == 303

    # The scans were read as a vessel: who sees it otherwise says why, and both stay on record.
    records, read = at_table.site.records, spread_file(pattern="intravascular", release="abort")
    scan, result = at_table.case.scans[0].digest, records.store.put(read.model_dump_json().encode())
    reading = SpreadRead(
        before=scan, after=scan, result=result, root="L5-left", pattern="intravascular", release="abort"
    )
    records.append(at_table.id, after=None, contents=[reading], by=SOFTWARE, at=at_table.site.clock())
    unsaid = table.note("contrast-given", pattern="along-root", **contrast)
    assert unsaid.status_code == 422
    assert "read as vascular unknown: say in a few words why you see it otherwise" in unsaid.text
    why = "That streak was there before the contrast."
    assert table.note("contrast-given", pattern="along-root", otherwise=why, **contrast).status_code == 303
    assert why in at_table.case.history[-1].content.text

    # A named clinician releases: a radiographer can't, and the name is the signed-in one's, not a typed one.
    assert "A radiologist releases" in Table(at_table, Role.RADIOGRAPHER).note("released").text
    assert "Release the medicine: The radiologist" in table.page()
    assert table.note("released", by="Somebody Else").status_code == 303
    released = at_table.case.procedures["L5-left"][-1]
    assert (released.event, released.by) == ("released", "The radiologist")

    given = {"product_1": "dexamethasone-phosphate", "volume_1": "1", "product_2": "lidocaine-1", "volume_2": "1"}
    assert table.note("injected", needle="1", slowly="yes", **given).status_code == 303
    assert "lidocaine 50.0 mg" in table.page()
    assert table.note("needle-removed").status_code == 303
    assert table.note("dressed").status_code == 303
    assert "Recovery goes on from here" in table.page()
    assert table.steps[-1] == "dressed"


def test_emergency_cards_carry_the_patient_s_own_doses(at_table):
    page = Table(at_table).page()
    assert "Emergency" in page
    assert "123 mL" in page  # 1.5 mL/kg of lipid emulsion for 82 kg


def test_two_people_at_once_do_not_overwrite_each_other(at_table):
    table = Table(at_table)
    stale = {"for_root": "L5-left", "after": 3, "step": "pain-reported", "kind": "cramping"}
    answer = table.client.post(f"/cases/{at_table.id}/procedure/steps", data=stale)
    assert answer.status_code in (409, 422)


@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_the_team_notes_steps(at_table, role):
    assert Table(at_table, role).note("dressed").status_code == 403


def test_the_last_readings_stand_on_the_screen_and_fill_in_what_they_know(at_table):
    records, at, table = at_table.site.records, at_table.site.clock(), Table(at_table)
    scan = at_table.case.scans[0].digest
    needle = NeedleFile(
        route="L5-left-1",
        status="found",
        tip_control_mm=(0.0, 0.0, 0.0),
        entry_control_mm=(0.0, 60.0, 0.0),
        tip_uncertainty_mm=0.4,
        registration=Registration(status="trusted"),
        deviation=DeviationRecord(
            tip_to_target_mm=15.2,
            lateral_mm=2.1,
            depth_remaining_mm=15.0,
            angle_deg=3.0,
            miss_mm=2.4,
            cranial_mm=-1.1,
            outward_mm=1.8,
            reachable_without_withdrawing=True,
        ),
        advice=(AdviceRecord(action="advance", text="advance 15 mm to target", distance_mm=15.0),),
        control_fingerprint="sha256:0",
        plan_fingerprint="sha256:0",
        software={"name": "foramen"},
    )
    spread = spread_file()
    kept = {name: records.store.put(file.model_dump_json().encode()) for name, file in (("n", needle), ("s", spread))}
    readings = [
        NeedleRead(scan=scan, result=kept["n"], root="L5-left", status="found"),
        SpreadRead(before=scan, after=scan, result=kept["s"], root="L5-left", pattern="perineural", release="go"),
    ]
    records.append(at_table.id, after=None, contents=readings, by=SOFTWARE, at=at)
    page = table.page()
    assert "Advance 15 mm to target." in page
    assert "2 outward" in page
    assert "1 to the feet" in page
    assert "Perineural: <strong>GO</strong>" in page
    assert "A vessel can wash out" in page
    seen = at_the_table(records, at_table.case, "L5-left", at)
    assert {ask.name: ask.value for ask in fields("advanced", seen)}["depth_mm"] == "60"
    assert {ask.name: ask.value for ask in fields("contrast-given", seen)}["pattern"] == "along-root"

    moved = ProcedureStep(root="L5-left", event=Advanced(needle="1", depth_mm=61.0, image="c", at=at))
    records.append(at_table.id, after=at_table.case.version, contents=[moved], by=SOFTWARE, at=at)
    seen = at_the_table(records, at_table.case, "L5-left", at)
    assert {ask.name: ask.value for ask in fields("contrast-given", seen)}["pattern"] == ""
    assert "this no longer counts" in table.page()
