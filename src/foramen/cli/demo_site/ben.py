"""Ben is ready for the table: scanned this morning, planned by the worker, approved by name."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from foramen.anatomy import write_labels
from foramen.cli.demo_site.story import Staff, Story
from foramen.cli.demo_site.worked import DAY, worked
from foramen.errors import InputError
from foramen.imaging import Ct
from foramen.pathway.consent import check_consent
from foramen.pathway.facts import Referral
from foramen.pathway.procedure import book
from foramen.planning import Plan
from foramen.progress import Progress
from foramen.records import Case, Records, Role
from foramen.records.events import Identity, PlanApproved, ProcedureBooked, Purpose
from foramen.simulation import DigitalPatient, DigitalScan, PatientParameters, ScanProtocol, write_dicom
from foramen.web.images.spool import Spool
from foramen.web.images.work import Kind
from foramen.web.worker import work_off

BEN = Identity(name="Digital, Ben", born=date(1979, 7, 2), number="DEMO-2")
ROOT = "L5-left"
PARAMETERS = PatientParameters(sex="male", age_years=47, stature_cm=182, bmi=27)
PROTOCOL = ScanProtocol(spacing_mm=(1.0, 1.0, 1.5), field_of_view_mm=(340, 320, 170), centre_mm=(0, -10, -60))


def tell_ben(
    records: Records,
    staff: Staff,
    examples: Path,
    now: datetime,
    progress: Progress,
    protocol: ScanProtocol = PROTOCOL,
) -> str:
    """His case up to the moment before the table."""
    referral = worked(examples, "01-straightforward", "referral", Referral, now + timedelta(hours=2) - DAY)
    story = Story.begins(records, staff, BEN, referral, now - timedelta(days=9), "Leg pain on the left for ten weeks")
    story.is_screened(now - timedelta(days=7))
    story.is_consented(ROOT, now - timedelta(minutes=90))
    progress("scanning the second digital patient", 0.0)
    _send(story, _scan(protocol), now - timedelta(minutes=60))
    progress("planning his route, as the worker does", 0.0)
    work_off(records, clock=lambda: now - timedelta(minutes=50))
    _approve(story, now - timedelta(minutes=30))
    progress("drawing his route", 0.0)
    work_off(records, clock=lambda: now - timedelta(minutes=30))
    return story.case_id


def _scan(protocol: ScanProtocol) -> DigitalScan:
    """His scan, under his own number."""
    scan = DigitalPatient(PARAMETERS).scan(protocol)
    identity = replace(scan.ct.identity, patient_id=BEN.number)
    return replace(scan, ct=Ct(scan.ct.voxels, scan.ct.affine, identity=identity))


def _send(story: Story, scan: DigitalScan, at: datetime) -> None:
    """Send scan and label map as the browser does."""
    spool = Spool(story.records.store)
    (upload, folder), (labels, labels_folder) = spool.new_upload(), spool.new_upload()
    write_dicom(scan, folder)
    write_labels(scan.labels, labels_folder / "labels.nii.gz")
    asked = {"upload": upload, "labels": labels, "purpose": Purpose.PLANNING.value, "root": None}
    story.records.jobs.queue(Kind.READ_SCAN, story.case_id, asked, by=story.staff[Role.RADIOGRAPHER], at=at)


def _approve(story: Story, at: datetime) -> None:
    """Approve the recommended route, and book the table."""
    case, records = story.case, story.records
    if case.planned is None:
        failed = [job.message for job in records.jobs.of_case(case.id) if job.message]
        raise InputError(f"The second digital patient could not be planned: {' '.join(failed)}")
    plan = Plan.model_validate_json(records.store.read(case.planned.plan))
    route = next((route.id for planned in plan.roots for route in planned.routes if route.recommended), None)
    if route is None:
        raise InputError(f"No route to {ROOT} was found in the second digital patient: {plan.roots[0].reason}")
    story.tell(PlanApproved(plan=case.planned.plan, root=ROOT, route_id=route), by=Role.RADIOLOGIST, at=at)
    drawn = {"plan": case.planned.plan, "root": ROOT, "route": route}
    records.jobs.queue(Kind.DRAW_ROUTE, case.id, drawn, by=story.staff[Role.RADIOLOGIST], at=at)
    story.tell(_booking(case, at), by=Role.RADIOLOGIST, at=at)


def _booking(case: Case, at: datetime) -> ProcedureBooked:
    assert case.referral is not None
    holds = check_consent(case.consents[ROOT].consent, case.referral, at, root=ROOT)
    return ProcedureBooked(
        booking=book(case.referral, ROOT, holds), starts_at=case.referral.request.starts_at, room="CT 1"
    )
