"""One worked patient's whole way through the record, step by step, from the files of the examples."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from foramen.pathway.answer import Answer
from foramen.pathway.consent import Consent
from foramen.pathway.facts import Referral
from foramen.pathway.facts.base import Facts
from foramen.pathway.followup import Block, Diary, read_block, read_response
from foramen.pathway.medication import read_policy
from foramen.pathway.procedure import ProcedureRecord
from foramen.pathway.recovery import Recovery, Visit, discharge
from foramen.pathway.screening import screen
from foramen.pathway.site import Site
from foramen.records import Stage
from foramen.records import events as e
from foramen.records.store import Store
from support.patients import EXAMPLES

BEGINS = datetime(2025, 2, 27, 9, 0, tzinfo=UTC)
PATIENT = e.Identity(name="Example, Patient", born=date(1967, 6, 1), number="X-12")
Record = TypeVar("Record", bound=Facts)


@dataclass(frozen=True)
class Step:
    """Something that happened, where the case stands after it, and what it then waits for."""

    contents: tuple[e.Content, ...]
    stage: Stage
    waits_for: str


def read(example: str, name: str, kind: type[Record]) -> Record:
    return kind.from_json((EXAMPLES / example / f"{name}.json").read_text(encoding="utf-8"))


def whole_path(put: Callable[[bytes], str] | Store, example: str = "12-diagnostic-block") -> list[Step]:
    """From the referral to the outcome; `put` stores the files that events name."""
    store = put.put if isinstance(put, Store) else put
    referral = read(example, "referral", Referral)
    procedure = read(example, "procedure", ProcedureRecord)
    recovery = read(example, "recovery", Recovery)
    diary = read(example, "diary", Diary)
    root = procedure.booking.root
    words = root.replace("-", " ").upper()
    screening = screen(referral, read_policy(Site().policy), BEGINS)
    scan, anatomy, plan = store(b"scan"), store(b"anatomy"), store(b"plan")
    booking = e.ProcedureBooked(booking=procedure.booking, starts_at=referral.request.starts_at)
    steps = [e.ProcedureStep(root=root, event=event) for event in procedure.events]
    out = discharge(recovery, recovery.needle_out_at + timedelta(hours=4), diabetic=Answer.NO)
    checked = e.RecoveryChecked.model_validate(
        {name: getattr(recovery, name) for name in e.RecoveryChecked.model_fields if name != "kind"}
    )
    entries = [e.DiaryAnswered(entry=diary.baseline, baseline=True)]
    entries += [e.DiaryAnswered(entry=entry) for entry in diary.entries]
    block = read(example, "block", Block) if (EXAMPLES / example / "block.json").exists() else None
    outcome = e.OutcomeRead(
        root=root,
        block=block,
        block_report=read_block(diary, block) if block else None,
        response=read_response(diary, diary.injected_at + timedelta(days=30)),
    )
    received = e.ScanReceived(
        digest=scan, purpose=e.Purpose.PLANNING, shape=(512, 512, 60), spacing=(0.7, 0.7, 2.0), series="1.2.3"
    )
    return [
        Step((e.ReferralRecorded(referral=referral),), Stage.SCREENING, "screening"),
        Step((e.PainDrawn(marks=(e.PainMark(view="back", points=((0.4, 0.6),)),)),), Stage.SCREENING, "screening"),
        Step((e.Screened(screening=screening, policy=screening.policy.name),), Stage.SCREENING, f"consent for {words}"),
        Step(
            (e.Consented(consent=read(example, "consent", Consent), signature=store(b"signature")),),
            Stage.READY,
            "a planning scan",
        ),
        Step((received,), Stage.READY, "the anatomy of the planning scan"),
        Step((e.AnatomyFound(digest=anatomy, scan=scan, provider="geometric"),), Stage.READY, "a plan"),
        Step(
            (
                e.Planned(
                    plan=plan,
                    anatomy=anatomy,
                    scan=scan,
                    roots=(e.RootPlanned(root=root, status="planned", routes=("r1", "r2")),),
                ),
            ),
            Stage.PLANNED,
            f"approval of the route to {words}",
        ),
        Step((e.PlanApproved(plan=plan, root=root, route_id="r1"),), Stage.APPROVED, f"booking of {words}"),
        Step((booking,), Stage.APPROVED, "the patient on the table"),
        Step(
            (e.Observed(observation=recovery.before, before_procedure=True),),
            Stage.APPROVED,
            "the patient on the table",
        ),
        *(Step((step,), Stage.ON_TABLE, f"the procedure at {words}") for step in steps[:-1]),
        Step((steps[-1],), Stage.RECOVERY, "the first round of observation"),
        *(Step((e.Observed(observation=seen),), Stage.RECOVERY, "discharge") for seen in recovery.rounds),
        Step((checked,), Stage.RECOVERY, "discharge"),
        Step(
            (e.Discharged(report=out, visit=read(example, "visit", Visit)),),
            Stage.AT_HOME,
            "a diary link for the patient",
        ),
        Step((entries[0],), Stage.AT_HOME, "a diary link for the patient"),
        *(Step((entry,), Stage.AT_HOME, f"the outcome of {words}") for entry in entries[1:]),
        Step((outcome,), Stage.AT_HOME, "the end of the follow-up, then closing"),
        Step((e.Closed(),), Stage.FINISHED, ""),
    ]
