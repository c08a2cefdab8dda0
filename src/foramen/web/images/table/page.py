"""The scanner room's screen: the next step as the largest thing on it, the needle, the contrast, the total."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from foramen.errors import InputError
from foramen.pathway.procedure import STEPS, Refusal, cards, step
from foramen.records import Action, Case, Person
from foramen.records.events import Content, ProcedureBooked, ProcedureStep
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.faults import RequestError
from foramen.web.images.spool import Spool
from foramen.web.images.standing import FOR_THE_TABLE, standing
from foramen.web.images.table.at_the_table import AtTheTable, at_the_table, new_booking
from foramen.web.images.table.overrule import WHY, note_of_overruling
from foramen.web.images.table.steps import DONE, event_of, fields
from foramen.web.pages import render

router = APIRouter(prefix="/cases/{case_id}/procedure", include_in_schema=False)

Reading = Annotated[Person, requires(Action.READ_CASE)]
Booker = Annotated[Person, requires(Action.BOOK_PROCEDURE)]
Running = Annotated[Person, requires(Action.RUN_PROCEDURE)]

ONLY_BY_RELEASE = "released"


@router.get("")
def procedure_page(
    request: Request, case_id: str, records: RecordsDep, person: Reading, at: NowDep, root: str = "", step: str = ""
) -> Response:
    """One root at a time."""
    case = records.read(case_id, by=person.actor, at=at, what="procedure page")
    chosen = _root(case, root)
    table = at_the_table(records, case, chosen, at) if chosen else None
    return _page(request, records, person, case, table, step)


@router.post("/booking")
def book_table(request: Request, case_id: str, records: RecordsDep, person: Booker, at: NowDep) -> Response:
    """Fix what was agreed for one root."""
    form, case = dict(request.state.typed), records.case(case_id)
    root = _asked_root(case, form)
    if root in case.procedures:
        raise RequestError(422, "The procedure at this root has begun; what was agreed is no longer changed.")
    booking = new_booking(case, root, records.settings.current().settings, at)
    _append(records, case, form, (ProcedureBooked(booking=booking),), person, at)
    return RedirectResponse(f"/cases/{case_id}/procedure?root={root}", 303)


@router.post("/steps")
def note_step(request: Request, case_id: str, records: RecordsDep, person: Running, at: NowDep) -> Response:
    """Note one step, or say why it may not happen now; what is refused is not noted."""
    form, case = dict(request.state.typed), records.read(case_id, by=person.actor, at=at, what="procedure step")
    root, kind = _asked_root(case, form), form.get("step", "")
    table = at_the_table(records, case, root, at)
    if table.booking is None:
        raise RequestError(422, "The table is not booked for this root; book it first.")
    if kind == ONLY_BY_RELEASE:
        if not person.may(Action.RELEASE_INJECTION):
            raise RequestError(403, "A radiologist releases the medicine; sign in as one.")
        form["by"] = person.name
    try:
        event = event_of(kind, form, lambda name: _chosen(request, name), at)
        overruling = note_of_overruling(table.pattern, event, form.get(WHY, ""))
    except InputError as fault:
        return _page(request, records, person, case, table, kind, refusal=str(fault), typed=form, status=422)
    outcome = step(table.state, event, table.booking)
    if isinstance(outcome, Refusal):
        return _page(request, records, person, case, table, kind, refusal=outcome.reason, typed=form, status=422)
    noted = (ProcedureStep(root=root, event=event), *((overruling,) if overruling else ()))
    _append(records, case, form, noted, person, at)
    return RedirectResponse(f"/cases/{case_id}/procedure?root={root}", 303)


def _page(
    request: Request,
    records: RecordsDep,
    person: Person,
    case: Case,
    table: AtTheTable | None,
    kind: str,
    *,
    refusal: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    shown = kind if table and kind in table.allowed else (table.allowed[0] if table and table.allowed else "")
    shown = kind if refusal and kind in STEPS else shown
    weight = table.booking.weight_kg if table and table.booking else None
    return render(
        request,
        "images/table.html",
        status=status,
        case=case,
        table=table,
        step=shown,
        fields=fields(shown, table) if table else (),
        typed=typed or {},
        ticked=_chosen(request, "identifiers_matched"),
        words=STEPS,
        done_words=DONE,
        refusal=refusal,
        cards=cards(weight),
        standing=standing(records, case.id, FOR_THE_TABLE),
        pictures=_pictures(records, table),
        may_run=person.may(Action.RUN_PROCEDURE),
        may_book=person.may(Action.BOOK_PROCEDURE),
        may_release=person.may(Action.RELEASE_INJECTION),
        may_add=person.may(Action.ADD_SCAN),
    )


def _pictures(records: RecordsDep, table: AtTheTable | None) -> dict[str, str]:
    """The addresses of those pictures that are drawn."""
    if table is None:
        return {}
    spool, at = Spool(records.store), f"/cases/{table.case.id}/pictures"
    wanted = {}
    if table.approved and table.route:
        wanted["route"] = (table.approved.plan, f"{table.route.id}-needle.png")
        wanted["axial"] = (table.approved.plan, f"{table.route.id}-axial.png")
    if table.needle:
        wanted["needle"] = (table.needle.digest, "needle.png")
    if table.spread:
        wanted["spread"] = (table.spread.digest, "spread.png")
    drawn = {what: place for what, place in wanted.items() if (spool.drawn(place[0]) / place[1]).is_file()}
    return {what: f"{at}/{digest}/{name}" for what, (digest, name) in drawn.items()}


def _append(
    records: RecordsDep, case: Case, form: dict[str, str], contents: Sequence[Content], person: Person, at: NowDep
) -> None:
    after = form.get("after", "")
    if not after.isdigit():
        raise RequestError(422, "The form does not say which state of the case it was made from; load the page again.")
    records.append(case.id, after=int(after), contents=contents, by=person.actor, at=at)


def _chosen(request: Request, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in getattr(request.state, "typed", []) if key == name)


def _root(case: Case, asked: str) -> str:
    if asked in case.roots:
        return asked
    open_ones = [root for root in case.roots if root not in case.procedures]
    return (open_ones or list(case.roots) or [""])[0]


def _asked_root(case: Case, form: dict[str, str]) -> str:
    root = form.get("for_root", "")
    if root not in case.roots:
        raise RequestError(422, "This case is not for that root; load the page again.")
    return root
