"""The service's own audit: what happened to every case of a stretch of time, one nameless line each, and their sums."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from io import StringIO
from statistics import median

from foramen.pathway.facts import Intent
from foramen.pathway.findings import Severity
from foramen.pathway.followup import CohortCurve, Diary, Response, Verdict, cohort_curve, read_response
from foramen.pathway.injectate import fraction
from foramen.pathway.injectate.products import Role, product
from foramen.pathway.procedure import Course, Pattern, ProcedureRecord
from foramen.pathway.procedure.events import Abandoned, ContrastGiven, PainReported, SignedIn
from foramen.pathway.recovery import Destination
from foramen.pathway.steroids import methylprednisolone_mg
from foramen.records import Case
from foramen.web.clinic.afterwards import diary_of, injected_at, injected_roots, injections

MANY = 3
"""Fewer cases than this are not drawn as a course: a line would tell one patient's story."""


@dataclass(frozen=True)
class Line:
    """One case without a word about whose it is. What did not happen is empty; several things stand side by side."""

    stage: str
    intent: str
    roots: str
    opened: str
    decision: str
    stops: str
    overrides: int
    days_to_injection: float | None
    minutes_on_table: float | None
    steroid_mg: float | None
    anaesthetic_percent: float | None
    complications: str
    discharge: str
    relief_percent: float | None
    verdict: str
    block: str


@dataclass(frozen=True)
class Service:
    """The sums."""

    lines: tuple[Line, ...]
    decisions: dict[str, int]
    stops: dict[str, int]
    complications: dict[str, int]
    verdicts: dict[str, int]
    blocks: dict[str, int]
    injected: int
    minutes: tuple[float, ...]
    days: tuple[float, ...]
    steroids: tuple[float, ...]
    percents: tuple[float, ...]
    course: CohortCurve | None

    @property
    def medians(self) -> dict[str, float | None]:
        """The middle of each measure; None where there is nothing yet."""
        measured = {"minutes": self.minutes, "days": self.days, "steroids": self.steroids, "percents": self.percents}
        return {name: median(values) if values else None for name, values in measured.items()}


def service_of(cases: Iterable[Case], now: datetime) -> Service:
    """Add up the cases; their order makes no difference."""
    kept = sorted(cases, key=lambda case: (case.opened_at, case.id))
    lines = tuple(line_of(case, now) for case in kept)
    diaries = [diary for case in kept for diary in _therapeutic(case)]
    return Service(
        lines=lines,
        decisions=_counted([line.decision] if line.decision else [] for line in lines),
        stops=_counted(_parts(line.stops) for line in lines),
        complications=_counted(_parts(line.complications) for line in lines),
        verdicts=_counted([line.verdict] if line.verdict else [] for line in lines),
        blocks=_counted([line.block] if line.block else [] for line in lines),
        injected=sum(line.days_to_injection is not None for line in lines),
        minutes=_known(line.minutes_on_table for line in lines),
        days=_known(line.days_to_injection for line in lines),
        steroids=_known(line.steroid_mg for line in lines),
        percents=_known(line.anaesthetic_percent for line in lines),
        course=_course_of_many(diaries),
    )


def line_of(case: Case, now: datetime) -> Line:
    """What the audit keeps of one case."""
    screening = case.screened.screening if case.screened else None
    found = screening.findings if screening else ()
    against = [one for one in found if one.severity in (Severity.STOP, Severity.DEFER) and not one.overridden_by]
    times = [at for root in injected_roots(case) if (at := injected_at(case, root))]
    response = [read_response(diary, now) for diary in _therapeutic(case)]
    intent = case.referral.request.intent if case.referral else None
    reports = [read.block_report for read in case.outcomes.values() if read.block_report]
    return Line(
        stage=case.stage,
        intent=intent or "",
        roots=" ".join(case.roots),
        opened=f"{case.opened_at:%Y-%m}",
        decision=screening.decision if screening else "",
        stops=" ".join(sorted({one.rule_id for one in against})),
        overrides=sum(one.overridden_by is not None for one in found),
        days_to_injection=round((min(times) - case.opened_at) / timedelta(days=1), 1) if times else None,
        minutes_on_table=_minutes(case),
        steroid_mg=_steroid_mg(case),
        anaesthetic_percent=_percent(case),
        complications=" ".join(sorted(set(_complications(case)))),
        discharge=case.discharged.report.destination if case.discharged else "",
        relief_percent=response[0].relief_percent if response else None,
        verdict=response[0].verdict if response and response[0].verdict is not Verdict.TOO_EARLY else "",
        block=reports[0].reading if reports else "",
    )


def as_csv(service: Service) -> str:
    """The lines as a table for a spreadsheet, numbered in the order of their opening."""
    text = StringIO()
    rows = csv.DictWriter(text, ["case", *(one.name for one in fields(Line))], lineterminator="\r\n")
    rows.writeheader()
    for number, line in enumerate(service.lines, start=1):
        said = {name: "" if value is None else value for name, value in asdict(line).items()}
        rows.writerow({"case": number, **said})
    return text.getvalue()


def _therapeutic(case: Case) -> list[Diary]:
    """The diaries from which relief is counted: those of treatments; of several roots the first."""
    diaries = [diary_of(case, root) for root in injected_roots(case)[:1]]
    return [diary for diary in diaries if diary and diary.intent is Intent.THERAPEUTIC]


def _course_of_many(diaries: list[Diary]) -> CohortCurve | None:
    """The course over the times that many have rated; None where there is no such time."""
    curve = cohort_curve(diaries)
    points = tuple(point for point in curve.points if point.count >= MANY)
    return replace(curve, points=points) if points else None


def _minutes(case: Case) -> float | None:
    events = [event for steps in case.procedures.values() for event in steps if event.at]
    began = [event.at for event in events if isinstance(event, SignedIn)]
    ended = [event.at for event in events if event.event == "dressed"]
    if not began or not ended or began[0] is None or ended[-1] is None:
        return None
    return round((ended[-1] - began[0]) / timedelta(minutes=1), 1)


def _steroid_mg(case: Case) -> float | None:
    """The session's steroid in mg of methylprednisolone equivalent; None where none was given or a dose is unknown."""
    given = [part for root in injected_roots(case) for event in injections(case, root) for part in event.given]
    steroids = [part for part in given if product(part.product).role is Role.STEROID]
    amounts = [methylprednisolone_mg(product(part.product).agent, part.dose_mg) for part in steroids]
    if not amounts or None in amounts:
        return None
    return round(sum(amount for amount in amounts if amount is not None), 1)


def _percent(case: Case) -> float | None:
    """The session's local anaesthetic, in percent of this patient's largest dose."""
    shares = [
        fraction((*booked.booking.anaesthetic_before, *_course(case, root).state.anaesthetic), booked.booking.build)
        for root, booked in case.bookings.items()
        if root in case.procedures
    ]
    return round(100 * max(shares), 1) if shares else None


def _course(case: Case, root: str) -> Course:
    return ProcedureRecord(booking=case.bookings[root].booking, events=case.procedures[root]).course()


def _complications(case: Case) -> Iterable[str]:
    """What went otherwise than hoped for, at the table, in recovery and at home."""
    for steps in case.procedures.values():
        for event in steps:
            if isinstance(event, ContrastGiven) and event.pattern in _HARMFUL:
                yield str(event.pattern)
            elif isinstance(event, PainReported) and event.kind == "extreme":
                yield "extreme-pain"
            elif isinstance(event, Abandoned):
                yield "abandoned"
    if case.discharged and case.discharged.report.destination is Destination.STAY_IN_HOSPITAL:
        yield "kept-in-hospital"
    for call in case.calls:
        if call.triage.response in (Response.EMERGENCY, Response.SAME_DAY):
            yield f"call-{call.triage.response}"


_HARMFUL = frozenset(
    {
        Pattern.VASCULAR_ARTERIAL,
        Pattern.VASCULAR_VENOUS,
        Pattern.VASCULAR_UNKNOWN,
        Pattern.INTRATHECAL,
        Pattern.INTRANEURAL,
    }
)
"""Contrast where no medicine may go; it was seen in time, and is counted all the same."""


def _parts(text: str) -> list[str]:
    return text.split()


def _counted(groups: Iterable[Sequence[str]]) -> dict[str, int]:
    return dict(Counter(one for group in groups for one in group))


def _known(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(sorted(value for value in values if value is not None))
