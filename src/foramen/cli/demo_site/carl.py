"""Carl is at home: six weeks ago he had the procedure that `foramen demo` walked through, and he kept his diary."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from foramen.cli.demo_site.scans import Walk, tell_image, tell_planning
from foramen.cli.demo_site.story import Staff, Story
from foramen.cli.demo_site.worked import DAY, worked
from foramen.errors import InputError
from foramen.pathway.answer import Answer
from foramen.pathway.facts import Referral
from foramen.pathway.followup import Diary, read_response
from foramen.pathway.procedure import Booking
from foramen.pathway.procedure.events import Injected
from foramen.pathway.recovery import GoingHome, Recovery, analgesic_plan, discharge
from foramen.progress import Progress
from foramen.records import PATIENT, Records, Role
from foramen.records import events as e
from foramen.web.clinic.afterwards import diary_of, visit_of

CARL = e.Identity(name="Digital, Carl", born=date(1976, 5, 20), number="DEMO-3")
AGO = timedelta(days=43)
"""Long enough for the diary's six weeks."""

WORKED = "01-straightforward"
INJECTED = datetime.fromisoformat("2025-03-13T09:28:00+01:00")
"""When the worked patient was injected, whose recovery and diary Carl has."""


@dataclass(frozen=True)
class Times:
    """How far the worked patient's days are moved: to the appointment, and to the minute of the injection."""

    begins: datetime
    injected: datetime

    @property
    def appointment(self) -> timedelta:
        """For what was written before."""
        return self.begins - DAY

    @property
    def injection(self) -> timedelta:
        """For what was written after."""
        return self.injected - INJECTED


def tell_carl(records: Records, staff: Staff, examples: Path, out: Path, now: datetime, progress: Progress) -> str:
    """His case up to now, from the folder that `foramen demo` left."""
    progress("reading what the demo left", 0.0)
    walk = Walk.of(out, -AGO)
    root, steps = walk.procedure.booking.root, walk.procedure.events
    given = next((step.at for step in steps if isinstance(step, Injected)), None)
    if given is None or steps[0].at is None:
        raise InputError("The demo's procedure ended without an injection, so nobody can be sent home from it.")
    times = Times(begins=steps[0].at, injected=given)

    referral = worked(examples, WORKED, "referral", Referral, times.appointment, _change(walk.procedure.booking))
    story = Story.begins(records, staff, CARL, referral, times.begins - timedelta(days=12), "Pain down the left thigh")
    story.is_screened(times.begins - timedelta(days=10))
    story.is_consented(root, times.begins - timedelta(hours=1))
    progress("keeping his scans and readings", 0.0)
    tell_planning(story, walk, times.begins - timedelta(minutes=30))
    _tell_procedure(story, walk, times)
    _tell_recovery(story, examples, times)
    _tell_diary(story, examples, times, now)
    return story.case_id


def _change(booking: Booking) -> Any:
    """Make the worked patient, whose root is L5 left, one whose L4 root hurts and who was on the demo's table."""

    def change(told: dict[str, Any]) -> None:
        told["patient"] |= {"age_years": 50, "weight_kg": booking.weight_kg, "height_cm": booking.height_cm}
        told["request"]["targets"] = [{"level": "L4", "side": "left"}]
        told["examination"]["left"] |= {
            "pain_areas": ["lower-anterior-thigh", "medial-knee", "medial-calf"],
            "numb_areas": ["medial-calf"],
            "knee_reflex": "reduced",
            "straight_leg_raise_positive": "no",
            "femoral_stretch_positive": "yes",
        }
        finding = {"interspace": "L4/5", "side": "left", "zone": "foraminal", "cause": "herniation"}
        told["imaging"][0]["findings"] = [finding | {"extent": "moderate", "touches_root": "yes"}]

    return change


def _tell_procedure(story: Story, walk: Walk, times: Times) -> None:
    """Each step at its time, each scan and its reading before the step that was decided by it."""
    root = walk.procedure.booking.root
    booked = e.ProcedureBooked(booking=walk.procedure.booking, starts_at=times.begins, room="CT 1")
    story.tell(booked, by=Role.RADIOLOGIST, at=times.begins - timedelta(minutes=20))
    told: set[str] = set()
    for step in walk.procedure.events:
        assert step.at is not None
        image = str(getattr(step, "image", "") or "").split("/")[0]
        if image and image not in told:
            tell_image(story, walk, image, step.at)
            told.add(image)
        story.tell(e.ProcedureStep(root=root, event=step), by=Role.RADIOLOGIST, at=step.at)


def _tell_recovery(story: Story, examples: Path, times: Times) -> None:
    recovery = worked(examples, WORKED, "recovery", Recovery, times.injection)
    story.tell(e.Observed(observation=recovery.before, before_procedure=True), by=Role.NURSE, at=story.case.changed_at)
    for one in recovery.rounds:
        story.tell(e.Observed(observation=one), by=Role.NURSE, at=one.at)
    leaves = recovery.rounds[-1].at + timedelta(hours=1)
    nurse = story.staff[Role.NURSE].name
    said = {name: getattr(recovery, name) for name in GoingHome.model_fields}
    story.tell(e.RecoveryChecked.model_validate(said | {"discharged_by": nurse}), by=Role.NURSE, at=leaves)
    case = story.case
    assert case.recovery is not None
    assert case.referral is not None
    site, (root,) = story.records.settings.current().settings, case.roots
    left = e.Discharged(
        report=discharge(case.recovery, leaves, diabetic=Answer.NO, sign_offs=site.site.sign_offs),
        visit=visit_of(case, root, site),
        analgesics=analgesic_plan(case.referral, site.site.sign_offs),
    )
    story.tell(left, by=Role.NURSE, at=leaves)


def _tell_diary(story: Story, examples: Path, times: Times, now: datetime) -> None:
    """The link, what the patient answered with it until now, and what that comes to."""
    diary = worked(examples, WORKED, "diary", Diary, times.injection)
    invited = times.injected + timedelta(hours=1, minutes=40)
    story.records.invite_to_diary(
        story.case_id,
        after=story.case.version,
        until=now + timedelta(days=300),
        by=story.staff[Role.NURSE],
        at=invited,
    )
    answered = [entry for entry in diary.entries if entry.at <= now]
    contents = [
        e.DiaryAnswered(entry=diary.baseline, baseline=True),
        *(e.DiaryAnswered(entry=entry) for entry in answered),
    ]
    for content in contents:
        at = max(content.entry.at, invited)
        story.records.append(story.case_id, after=None, contents=[content], by=PATIENT, at=at)
    (root,) = story.case.roots
    kept = diary_of(story.case, root)
    assert kept is not None
    outcome = e.OutcomeRead(root=root, response=read_response(kept, now))
    story.tell(outcome, by=Role.RADIOLOGIST, at=now - timedelta(hours=3))
