"""The worked patients as cases of a record: brought as far on their way as a test needs, event by event."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from foramen.pathway.consent import Consent
from foramen.pathway.facts import Referral
from foramen.pathway.followup import Diary
from foramen.pathway.medication import read_policy
from foramen.pathway.procedure import ProcedureRecord
from foramen.pathway.recovery import Recovery
from foramen.pathway.screening import screen
from foramen.records import Actor, Records, Role
from foramen.records.events import (
    CaseOpened,
    Consented,
    Content,
    DiaryAnswered,
    Identity,
    Observed,
    ProcedureBooked,
    ProcedureStep,
    RecoveryChecked,
    ReferralRecorded,
    Screened,
)
from support.patients import EXAMPLES

NURSE = Actor(name="nurse C", role=Role.NURSE)
POLICY = "insideradiology-2017"


def text(folder: str, name: str) -> str:
    return (EXAMPLES / folder / name).read_text()


def story(folder: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(text(folder, "expected-later.json"))
    return told


def referral_of(folder: str) -> Referral:
    return Referral.from_json(text(folder, story(folder)["referral"]))


def born(referral: Referral) -> date:
    """A date of birth that gives the story's age on the day of the procedure."""
    assert referral.day is not None
    assert referral.patient.age_years is not None
    return referral.day.replace(year=referral.day.year - referral.patient.age_years) - timedelta(days=30)


def worked_case(records: Records, folder: str, until: str, name: str = "Doe, Jane") -> str:
    """Make a case of a worked patient and bring it up to `screened`, `consented`, `injected`, `watched` or `diary`."""
    referral = referral_of(folder)
    roots = tuple(str(target) for target in referral.request.targets or ())
    opened = CaseOpened(patient=Identity(name=name, born=born(referral), number=folder[:2]), roots=roots)
    assert referral.request.starts_at is not None
    at = referral.request.starts_at - timedelta(hours=1)
    case_id = records.open_case(opened, by=NURSE, at=at)
    for stage, when, contents in _way(folder, referral, at):
        version = records.case(case_id).version
        records.append(case_id, after=version, contents=contents, by=NURSE, at=when)
        if stage == until:
            break
    return case_id


def _way(folder: str, referral: Referral, at: datetime) -> Iterator[tuple[str, datetime, list[Content]]]:
    screening = screen(referral, read_policy(POLICY), at)
    yield "screened", at, [ReferralRecorded(referral=referral), Screened(screening=screening, policy=POLICY)]
    consent = Consent.from_json(text(folder, "consent.json"))
    yield "consented", at, [Consented(consent=consent, signed_name="Jane Doe")]
    recovery = Recovery.from_json(text(folder, "recovery.json"))
    diary = Diary.from_json(text(folder, "diary.json"))
    yield (
        "before",
        at,
        [
            Observed(observation=recovery.before, before_procedure=True),
            DiaryAnswered(entry=diary.baseline, baseline=True),
        ],
    )
    record = ProcedureRecord.from_json(text(folder, "procedure.json"))
    accepted = record.course().state.events
    steps: list[Content] = [ProcedureStep(root=record.booking.root, event=event) for event in accepted]
    yield "injected", recovery.needle_out_at, [ProcedureBooked(booking=record.booking), *steps]
    said = {name: getattr(recovery, name) for name in RecoveryChecked.model_fields if name != "kind"}
    rounds: list[Content] = [Observed(observation=seen) for seen in recovery.in_order]
    checked = RecoveryChecked(**{**said, "discharged_by": None})
    yield "watched", recovery.in_order[-1].at, [*rounds, checked]
    yield "diary", diary.in_order[-1].at, [DiaryAnswered(entry=entry) for entry in diary.in_order]
