"""How the service does: outcomes, complications, doses, screening stops, time per case; as plots and as a table."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from foramen.pathway.screening import all_rules
from foramen.records import Case
from foramen.web.clinic.desk import Desk, ServiceReader
from foramen.web.clinic.plots import bars, cohort_drawing
from foramen.web.clinic.service import Service, as_csv, service_of
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

USUAL_DAYS = 365
LINES_AT_A_TIME = 500


@router.get("/audit")
def page(desk: ServiceReader, since: str = "", until: str = "") -> Response:
    """The service over a stretch of time, by the day each case was opened."""
    first, last = _stretch(desk, since, until)
    service = service_of(_cases(desk, first, last), desk.at)
    return render(
        desk.request,
        "clinic/audit.html",
        since=first,
        until=last,
        service=service,
        medians=service.medians,
        decisions=bars(service.decisions),
        stops=bars({_rule_words(rule): count for rule, count in service.stops.items()}),
        complications=bars(service.complications),
        verdicts=bars(service.verdicts),
        blocks=bars(service.blocks),
        course=cohort_drawing(service.course) if service.course else None,
    )


@router.get("/audit.csv")
def table(desk: ServiceReader, since: str = "", until: str = "") -> Response:
    """The same, a line per case, without a name, a number or a date of birth."""
    first, last = _stretch(desk, since, until)
    service: Service = service_of(_cases(desk, first, last), desk.at)
    named = {"Content-Disposition": 'attachment; filename="service-audit.csv"'}
    return PlainTextResponse(as_csv(service), media_type="text/csv; charset=utf-8", headers=named)


def _stretch(desk: Desk, since: str, until: str) -> tuple[date, date]:
    try:
        last = date.fromisoformat(until) if until else desk.at.astimezone(desk.zone).date()
        first = date.fromisoformat(since) if since else last - timedelta(days=USUAL_DAYS)
    except ValueError:
        raise RequestError(422, "Enter the days as dates, such as 2026-01-31.") from None
    if first > last:
        raise RequestError(422, "The first day comes after the last; turn the two round.")
    return first, last


def _cases(desk: Desk, first: date, last: date) -> Iterator[Case]:
    """The cases opened in these days. A case changed before the first day was opened before it too."""
    begin = datetime.combine(first, time(), desk.zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), desk.zone).astimezone(UTC)
    after: str | None = None
    while True:
        page = desk.records.worklist(after=after, limit=LINES_AT_A_TIME)
        for line in page.lines:
            if begin <= line.opened_at < end:
                yield desk.records.case(line.case_id)
        if page.next is None or (page.lines and page.lines[-1].changed_at < begin):
            return
        after = page.next


def _rule_words(rule_id: str) -> str:
    """A rule by what it says, as its data words it."""
    known = {rule.id: rule.text for rule in all_rules()}
    return f"{rule_id}: {known[rule_id]}" if rule_id in known and "{" not in known[rule_id] else rule_id
