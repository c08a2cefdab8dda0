"""At the table: every step in its order, what is refused says why, and only contrast along the root is let through."""

import re

import pytest

from foramen.records import Role

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
    assert table.note("contrast-given", pattern="along-root", **contrast).status_code == 303

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
