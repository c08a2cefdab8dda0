"""The site's settings: all of them on one page, each section changed on its own, and why it was changed kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from foramen.errors import UsageError
from foramen.records import Action, CurrentSettings, Person
from foramen.records.events import SiteSettings
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.faults import RequestError
from foramen.web.pages import render
from foramen.web.shell.settings_sections import Question, Section, changed, faults, sections
from foramen.web.zone import take_zone

router = APIRouter(prefix="/settings", include_in_schema=False)

Seeing = Annotated[Person, requires(Action.SEE_SETTINGS)]
Changing = Annotated[Person, requires(Action.CHANGE_SETTINGS)]
NEEDLE = ("gauge", "length_mm", "diameter_mm")


@router.get("")
def settings_page(request: Request, records: RecordsDep, person: Seeing) -> Response:
    """Everything that the site has set."""
    current = records.settings.current().settings
    values = current.model_dump(mode="json", by_alias=True)
    return render(
        request,
        "shell/settings.html",
        sections=[(section, [_fact(question, values) for question in section.questions]) for section in sections()],
        needles=[(f"{needle.gauge} G", f"{needle.length_mm:g} mm") for needle in current.planning.needles],
        signed=len(current.site.sign_offs),
        may_change=person.may(Action.CHANGE_SETTINGS),
    )


@router.get("/needles")
def needles_page(request: Request, records: RecordsDep, person: Changing) -> Response:
    """The needles on the shelf."""
    current = records.settings.current()
    return _needles(
        request, current.version, [_row(needle.model_dump()) for needle in current.settings.planning.needles]
    )


@router.post("/needles")
def change_needles(
    request: Request, records: RecordsDep, person: Changing, at: NowDep, after: Annotated[int, Form()]
) -> Response:
    """Keep the rows that have a length; a plan asks for the shortest needle that reaches."""
    rows = [row for row in _rows(request) if row["length_mm"]]
    current = records.settings.current()
    values = current.settings.model_dump(mode="json", by_alias=True)
    values["planning"]["needles"] = rows
    try:
        settings = SiteSettings.model_validate(values, strict=False)
        _keep(request, records, settings, after, person, at, "needles on the shelf")
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        return _needles(request, after, rows, f"{str(fault['loc'][-1]).replace('_', ' ')}: {fault['msg']}.")
    except UsageError as error:
        return _needles(request, current.version, rows, str(error))
    return RedirectResponse("/settings#needles", 303)


@router.get("/{name}")
def section_page(request: Request, name: str, records: RecordsDep, person: Changing) -> Response:
    """One section as a form."""
    current = records.settings.current()
    section, values = _section(name), current.settings.model_dump(mode="json", by_alias=True)
    shown = {question.place: question.shown(values) for question in section.questions}
    return _form(request, section, current, shown)


@router.post("/{name}")
def change_section(
    request: Request,
    name: str,
    records: RecordsDep,
    person: Changing,
    at: NowDep,
    after: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep one section as it was typed, and why."""
    section, typed, current = _section(name), dict(request.state.typed), records.settings.current()
    try:
        settings = changed(current.settings, section, typed)
        _keep(request, records, settings, after, person, at, f"{section.title}{f': {reason}' if reason else ''}")
    except ValidationError as error:
        return _form(request, section, current, typed, faults(error))
    except UsageError as error:
        return _form(request, section, current, typed, {"": str(error)})
    return RedirectResponse(f"/settings#{name}", 303)


def _keep(
    request: Request,
    records: RecordsDep,
    settings: SiteSettings,
    after: int,
    person: Person,
    at: NowDep,
    reason: str,
) -> None:
    records.settings.change(settings, after=after, by=person.actor, at=at, reason=reason)
    take_zone(request.app)


def _section(name: str) -> Section:
    found = next((section for section in sections() if section.name == name), None)
    if found is None:
        raise RequestError(404, "There is no such section of the settings.")
    return found


def _form(
    request: Request,
    section: Section,
    current: CurrentSettings,
    shown: dict[str, str],
    wrong: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "shell/settings_section.html",
        422 if wrong else 200,
        section=section,
        version=current.version,
        shown=shown,
        faults=wrong or {},
    )


def _needles(request: Request, version: int, rows: list[dict[str, str]], fault: str = "") -> Response:
    """The rows as they are, and two empty ones for more."""
    empty = dict.fromkeys(NEEDLE, "")
    return render(
        request,
        "shell/settings_needles.html",
        422 if fault else 200,
        rows=[*rows, empty, empty],
        version=version,
        fault=fault,
    )


def _rows(request: Request) -> list[dict[str, str]]:
    typed: list[tuple[str, str]] = request.state.typed
    columns = [[value.strip() for name, value in typed if name == column] for column in NEEDLE]
    return [dict(zip(NEEDLE, row, strict=True)) for row in zip(*columns, strict=False)]


def _row(needle: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in needle.items()}


def _fact(question: Question, values: dict[str, Any]) -> tuple[str, str]:
    shown = question.shown(values)
    named = dict(question.choices).get(shown, shown)
    gap = "" if question.unit == "°" else " "
    return question.label, f"{named}{gap}{question.unit}".strip() if shown else "not set"
