"""The site's settings, and who looked at what: kept as everything is, never changed."""

from datetime import datetime, timedelta

import pytest

from foramen.errors import UsageError
from foramen.pathway.site import Site
from foramen.planning.settings import PlanSettings, ShelfNeedle
from foramen.records import PATIENT, Actor, NoSuchCase, Records
from foramen.records.events import ReferenceDose, SiteSettings


def test_the_shipped_settings_set_no_reference_dose(records: Records) -> None:
    current = records.settings.current()

    assert current.version == 0
    assert current.settings == SiteSettings()
    assert current.settings.reference_dose == ReferenceDose(ctdi_vol_mgy=None, dlp_mgy_cm=None)
    assert current.settings.consent_valid_days is None


def test_changed_settings_are_events_with_who_and_why(records: Records, doctor: Actor, now: datetime) -> None:
    new = SiteSettings(
        site=Site(name="Ward 7", policy="asra-pain-2018"),
        planning=PlanSettings(needles=(ShelfNeedle(gauge=25, length_mm=90, diameter_mm=0.5),)),
        phone="01234 567890",
    )
    records.settings.change(new, after=0, by=doctor, at=now, reason="new needles")

    current = records.settings.current()
    assert (current.settings, current.version) == (new, 1)
    (event,) = records.settings.history()
    assert (event.by, event.at, event.kind) == (doctor, now, "settings-changed")
    assert records.verify().events == 1
    assert records.verify().cases == 0


def test_of_two_who_change_the_settings_the_second_is_told(
    records: Records, doctor: Actor, nurse: Actor, now: datetime
) -> None:
    records.settings.change(SiteSettings(phone="1"), after=0, by=doctor, at=now)
    records.people.add(login="x", name="X", roles=["nurse"], password=None, by=doctor, at=now)  # type: ignore[list-item]

    with pytest.raises(UsageError, match="Somebody else changed the settings"):
        records.settings.change(SiteSettings(phone="2"), after=0, by=nurse, at=now)

    version = records.settings.current().version
    records.settings.change(SiteSettings(phone="2"), after=version, by=nurse, at=now)
    assert records.settings.current().settings.phone == "2"


def test_every_look_at_a_case_is_kept(
    records: Records, case_id: str, doctor: Actor, nurse: Actor, now: datetime
) -> None:
    case = records.read(case_id, by=doctor, at=now, what="plan page")
    records.read(case_id, by=nurse, at=now + timedelta(minutes=1), what="consent page")
    records.reads.note("", by=nurse, at=now + timedelta(minutes=2), what="worklist")
    records.reads.note(case_id, by=PATIENT, at=now + timedelta(minutes=3), what="diary")

    assert case == records.case(case_id), "looking changes nothing"
    assert [(read.by, read.case_id, read.what) for read in records.reads.find()] == [
        (PATIENT, case_id, "diary"),
        (nurse, "", "worklist"),
        (nurse, case_id, "consent page"),
        (doctor, case_id, "plan page"),
    ]


def test_reads_are_found_by_case_person_and_time(
    records: Records, case_id: str, doctor: Actor, nurse: Actor, now: datetime
) -> None:
    for minute, by in enumerate((doctor, nurse, doctor, nurse)):
        records.read(case_id, by=by, at=now + timedelta(minutes=minute), what=str(minute))
    records.reads.note("", by=nurse, at=now + timedelta(minutes=4), what="4")

    def whats(**which: object) -> str:
        return "".join(read.what for read in records.reads.find(**which))  # type: ignore[arg-type]

    assert whats(case_id=case_id) == "3210"
    assert whats(person=doctor.person) == "20"
    assert whats(since=now + timedelta(minutes=2)) == "432"
    assert whats(until=now + timedelta(minutes=2)) == "10"
    assert whats(limit=2) == "43"
    assert whats(before=records.reads.find(limit=2)[-1].position) == "210"


def test_a_look_at_no_case_is_none(records: Records, doctor: Actor, now: datetime) -> None:
    with pytest.raises(NoSuchCase):
        records.read("nobody", by=doctor, at=now, what="case")
    assert not records.reads.find()
