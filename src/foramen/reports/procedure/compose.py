"""A report's content from what Foramen itself knows: the record of the table, the plan, and what scans were read as."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from foramen.anatomy.root import Root
from foramen.guidance.advice import Action
from foramen.guidance.needle_file import NeedleFile
from foramen.guidance.spread_file import SpreadFile
from foramen.imaging.ct import ScanIdentity
from foramen.pathway.injectate import fraction, product
from foramen.pathway.procedure import Course, Event, ProcedureRecord, Stage
from foramen.pathway.procedure.changes import anaesthetic_in
from foramen.pathway.procedure.events import (
    Abandoned,
    Advanced,
    Anaesthetised,
    Aspirated,
    ContrastGiven,
    Injected,
    PainReported,
    Positioned,
    Released,
    SignedIn,
    SkinPrepared,
    StopMoment,
    TipChecked,
)
from foramen.planning.plan import Plan, Route
from foramen.reports import words
from foramen.reports.procedure.content import (
    Approval,
    ConsentPart,
    ContrastPart,
    FindingsPart,
    MedicationPart,
    Medicine,
    PatientPart,
    ProcedureReport,
    Provenance,
    RadiationPart,
    RequestPart,
    ResponsePart,
    Step,
    TechniquePart,
)

DONE = {
    "signed-in": "identity, side, level, consent and allergies gone through with the patient",
    "positioned": "patient positioned",
    "skin-prepared": "skin disinfected",
    "stop-moment": "stop: side and level said aloud, mark seen",
    "anaesthetised": "local anaesthetic given",
    "advanced": "needle moved and looked at",
    "tip-checked": "tip checked on an image",
    "aspirated": "aspirated",
    "contrast-given": "contrast given and looked at",
    "contrast-omitted": "contrast omitted",
    "released": "medicine released",
    "injected": "medicine injected slowly through the same needle",
    "pain-reported": "pain reported",
    "waited": "waited until the cramping had eased",
    "withdrawn": "needle withdrawn from where it hurt",
    "needle-removed": "needle removed",
    "dressed": "site covered",
    "abandoned": "ended early",
}
"""Every event as it stands in a record."""


def compose(
    record: ProcedureRecord,
    *,
    plan: Plan,
    route_id: str | None = None,
    looks: Sequence[NeedleFile] = (),
    spreads: Sequence[SpreadFile] = (),
    patient: ScanIdentity | None = None,
    made_at: datetime,
    software: str,
) -> ProcedureReport:
    """What can be said without asking anybody; the rest (indication, consent, dose, aftercare) is filled in after.

    Parameters
    ----------
    record : ProcedureRecord
        What happened at the table.
    plan : Plan
    route_id : str, optional
        The route that was taken; else the root's recommended one.
    looks, spreads : sequence
        The readings of the control scans and of the contrast, in their order.
    patient : ScanIdentity, optional
        Of the planning CT.
    made_at : datetime
        With its time zone.
    software : str
        Name and version.
    """
    course, root = record.course(), Root.parse(record.booking.root)
    events = course.state.events
    return ProcedureReport(
        outcome=_outcome(course),
        outcome_words=next((event.reason for event in events if isinstance(event, Abandoned)), course_words(course)),
        made_at=made_at,
        patient=_patient(patient),
        request=RequestPart(root=str(root)),
        consent=_consent(events),
        technique=_technique(events, _route(plan, root, route_id), root, looks),
        medication=_medication(record, events),
        contrast=_contrast(spreads),
        findings=_findings(events, looks),
        radiation=RadiationPart(scans=1 + len(looks) + sum(len(spread.scans) for spread in spreads)),
        response=_response(events),
        approvals=tuple(_approvals(events)),
        warnings=tuple(dict.fromkeys((*plan.warnings, *(w for look in looks for w in look.warnings)))),
        steps=tuple(_step(event) for event in events),
        provenance=Provenance(
            software=software,
            scan_fingerprint=plan.scan.fingerprint,
            study_uid=(patient.study_uid or None) if patient else None,
        ),
    )


def course_words(course: Course) -> str:
    """Why a procedure ended without the medicine; empty where it was given."""
    given = any(isinstance(event, Injected) for event in course.state.events)
    return "" if given or not course.state.is_over else course.state.verdict_reason or "no medicine was given"


def _outcome(course: Course) -> str:
    return {Stage.DONE: "completed", Stage.ABANDONED: "ended-early"}.get(course.state.stage, "under-way")


def _patient(identity: ScanIdentity | None) -> PatientPart:
    if identity is None:
        return PatientPart()
    return PatientPart(
        name=identity.patient_name or None,
        number=identity.patient_id or None,
        birth_date=identity.birth_date or None,
        sex=identity.sex or None,
    )


def _route(plan: Plan, root: Root, route_id: str | None) -> Route | None:
    routes = [route for found in plan.roots if found.root == str(root) for route in found.routes]
    return next((route for route in routes if (route.id == route_id if route_id else route.recommended)), None)


def _consent(events: Iterable[Event]) -> ConsentPart:
    told: dict[str, object] = {}
    for event in events:
        if isinstance(event, SignedIn):
            told |= {
                "identifiers": event.identifiers_matched,
                "side_said_by_patient": event.side_said_by_patient,
                "side_marked": event.side_marked,
                "allergies_read_out": event.allergies_read_out,
            }
        if isinstance(event, StopMoment):
            told |= {"stop_moment_at": event.at, "stop_moment_by": (event.operator, event.assistant)}
    return ConsentPart.model_validate(told)


def _technique(events: Sequence[Event], route: Route | None, root: Root, looks: Sequence[NeedleFile]) -> TechniquePart:
    told: dict[str, object] = {"guidance": "CT, control scans by stages"}
    for event in events:
        if isinstance(event, Positioned):
            told["position"] = event.position.replace("-", " ")
        if isinstance(event, SkinPrepared):
            told["skin_preparation"] = event.agent
    if route is not None:
        told |= {
            "approach": words.APPROACH[route.approach],
            "needle": f"{route.needle.gauge} G × {words.mm(route.needle.length_mm)}",
            "entry": words.from_midline(route, root),
            "angles": f"{words.degrees(route.axial_angle_deg)} from vertical, tilt {words.craniocaudal_angle(route)}",
            "depth_mm": route.depth_mm,
        }
    turned = (Action.WITHDRAW, Action.REDIRECT, Action.STOP)
    told["control_scans"] = len(looks) or sum(isinstance(event, Advanced) for event in events)
    told["corrections"] = sum(any(step.action in turned for step in look.advice) for look in looks) if looks else None
    return TechniquePart.model_validate(told)


def _medication(record: ProcedureRecord, events: Sequence[Event]) -> MedicationPart:
    given: list[Medicine] = []
    for event in events:
        if isinstance(event, Anaesthetised):
            given.append(_medicine(event.product, "skin and tract", event.volume_ml, None, event.at))
        if isinstance(event, ContrastGiven):
            given.append(_medicine(event.product, "to see where it runs", event.volume_ml, None, event.at))
        if isinstance(event, Injected):
            given += [_medicine(p.product, "at the root", p.volume_ml, p.dose_mg, event.at) for p in event.given]
    doses = (*record.booking.anaesthetic_before, *(dose for event in events for dose in anaesthetic_in(event)))
    return MedicationPart(given=tuple(given), anaesthetic_share=fraction(doses, record.booking.build))


def _medicine(name: str, purpose: str, volume_ml: float, dose_mg: float | None, at: datetime | None) -> Medicine:
    what = product(name)
    if dose_mg is None and what.mg_per_ml is not None:
        dose_mg = volume_ml * what.mg_per_ml
    return Medicine(product=what.name, purpose=purpose, volume_ml=volume_ml, dose_mg=dose_mg, at=at)


def _contrast(spreads: Sequence[SpreadFile]) -> ContrastPart:
    if not spreads:
        return ContrastPart()
    last = spreads[-1]
    return ContrastPart(
        pattern=last.pattern,
        release=last.release,
        reasons=last.reasons,
        pfirrmann_type=last.pfirrmann_type,
        length_along_root_mm=last.length_along_root_mm,
        compartments_ml=last.compartments,
        also_reached=last.roots_reached,
        limits=last.limits,
        injections=len(spreads),
    )


def _findings(events: Sequence[Event], looks: Sequence[NeedleFile]) -> FindingsPart:
    seen = [look for look in looks if look.deviation is not None]
    tip = None
    if seen and (off := seen[-1].deviation) is not None:
        tip = (
            f"{words.mm(off.tip_to_target_mm, decimals=1)} from the planned target "
            f"({words.mm(off.lateral_mm, decimals=1)} beside the route)"
        )
    backs = {event.found for event in events if isinstance(event, Aspirated)}
    came = ", ".join(sorted({"csf": "spinal fluid"}.get(back, back) for back in backs))
    return FindingsPart(tip=tip, text=f"Aspiration: {came} came back" if came else None)


def _response(events: Sequence[Event]) -> ResponsePart:
    felt = [
        event.kind
        + {True: ", the patient's own pain", False: ", not the patient's own pain", None: ""}[event.concordant]
        for event in events
        if isinstance(event, PainReported)
    ]
    return ResponsePart(pain_during="; ".join(felt) or None)


def _approvals(events: Iterable[Event]) -> Iterable[Approval]:
    operator = None
    for event in events:
        if isinstance(event, StopMoment):
            operator = event.operator
            yield Approval(
                what="Side and level before the needle", by=f"{event.operator}, {event.assistant}", at=event.at
            )
        if isinstance(event, TipChecked):
            yield Approval(what=f"Tip in position ({event.image})", by=operator, at=event.at)
        if isinstance(event, Released):
            yield Approval(what="Release of the medicine", by=event.by, at=event.at)


def _step(event: Event) -> Step:
    return Step(what=DONE[event.event], at=event.at, detail=_detail(event))


def _detail(event: Event) -> str:
    return _DETAILS[event.event](event) if event.event in _DETAILS else ""


def _poured(parts: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{volume_ml:g} ml {product(name).name}" for name, volume_ml in parts)


_DETAILS: dict[str, Callable[[Any], str]] = {
    "positioned": lambda event: event.position.replace("-", " "),
    "skin-prepared": lambda event: event.agent,
    "stop-moment": lambda event: f"{event.operator}, {event.assistant}",
    "anaesthetised": lambda event: _poured([(event.product, event.volume_ml)]),
    "advanced": lambda event: f"{words.mm(event.depth_mm)} deep, {event.image}",
    "tip-checked": lambda event: event.image,
    "aspirated": lambda event: {"nothing": "nothing came back", "blood": "blood", "csf": "spinal fluid"}[event.found],
    "contrast-given": lambda event: f"{_poured([(event.product, event.volume_ml)])}: {event.pattern.replace('-', ' ')}",
    "released": lambda event: event.by,
    "injected": lambda event: _poured((part.product, part.volume_ml) for part in event.given),
    "withdrawn": lambda event: f"{words.mm(event.depth_mm)} deep",
    "contrast-omitted": lambda event: event.reason,
    "abandoned": lambda event: event.reason,
}
"""What is said of an event beside its name."""
