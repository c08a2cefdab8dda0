"""Rules that are only recalled ship switched off; here a radiologist of the site switches them on by name, or off."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from foramen.errors import UsageError
from foramen.pathway.engine import Role as ClinicalRole
from foramen.pathway.engine import SignOff, read_rules
from foramen.pathway.medication import read_policy
from foramen.pathway.screening import all_rules
from foramen.pathway.site import Site
from foramen.records import Action, CurrentSettings, Person, Role
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(prefix="/settings/rules", include_in_schema=False)

Seeing = Annotated[Person, requires(Action.SEE_SETTINGS)]
Changing = Annotated[Person, requires(Action.CHANGE_SETTINGS)]

OTHER_RULES = ("medication", "injectate", "discharge", "triage", "aftercare")
_GAP = re.compile(r"\{\w+\}")
"""Where a rule's text names the patient's own values."""

ONLY_A_RADIOLOGIST = "A clinical rule is switched on by a radiologist of the site, who takes it over by name."


@dataclass(frozen=True)
class Recalled:
    """One rule or row that nobody could check against its source."""

    rule_id: str
    version: str
    text: str
    source: str

    @property
    def key(self) -> str:
        """Its name and edition, as a form gives them back."""
        return f"{self.rule_id}@{self.version}"


def recalled(site: Site) -> tuple[Recalled, ...]:
    """Every rule that ships switched off, those of the site's own medication policy among them."""
    rules = [*all_rules(), *(rule for name in OTHER_RULES for rule in read_rules(name))]
    policy = read_policy(site.policy)
    rows = (
        Recalled(
            f"{policy.name}/{row.id}",
            policy.version,
            f"{', '.join(row.drugs)}{f' ({row.when_words})' if row.when else ''}: {row.hold_words}; "
            f"restart {row.restart_words}",
            row.source,
        )
        for row in policy.row
        if not row.enabled
    )
    return (
        *(Recalled(rule.id, rule.version, _GAP.sub("…", rule.text), rule.source) for rule in rules if not rule.enabled),
        *rows,
    )


@router.get("")
def rules_page(request: Request, records: RecordsDep, person: Seeing) -> Response:
    """Every recalled rule, and whether it is switched on here."""
    return _page(request, records.settings.current(), person)


@router.post("")
def sign(
    request: Request,
    records: RecordsDep,
    person: Changing,
    at: NowDep,
    after: Annotated[int, Form()],
    on: Annotated[list[str], Form(default_factory=list)],
) -> Response:
    """Switch on exactly the rules that are ticked."""
    if Role.RADIOLOGIST not in person.roles:
        raise RequestError(403, ONLY_A_RADIOLOGIST)
    current = records.settings.current()
    site = current.settings.site
    signed = site.model_copy(update={"sign_offs": _signed(site, set(on), at)})
    settings = current.settings.model_copy(update={"site": signed})
    try:
        records.settings.change(
            settings, after=after, by=person.actor, at=at, reason="recalled rules switched on or off"
        )
    except UsageError as error:
        return _page(request, current, person, str(error))
    return RedirectResponse("/settings/rules", 303)


def _signed(site: Site, on: set[str], at: datetime) -> tuple[SignOff, ...]:
    """What stays signed keeps its date; what is newly ticked is signed now."""
    before = {f"{one.rule_id}@{one.rule_version}": one for one in site.sign_offs}
    return tuple(
        before.get(rule.key)
        or SignOff(rule_id=rule.rule_id, rule_version=rule.version, role=ClinicalRole.CONSULTANT, at=at)
        for rule in recalled(site)
        if rule.key in on
    )


def _page(request: Request, current: CurrentSettings, person: Person, fault: str = "") -> Response:
    site = current.settings.site
    return render(
        request,
        "shell/settings_rules.html",
        409 if fault else 200,
        rules=recalled(site),
        signed={f"{one.rule_id}@{one.rule_version}": one.at for one in site.sign_offs},
        version=current.version,
        fault=fault,
        may_sign=Role.RADIOLOGIST in person.roles and person.may(Action.CHANGE_SETTINGS),
    )
