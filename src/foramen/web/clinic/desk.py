"""What the pages of the patient's way share: a case read for a page, the site's settings, the facts as they stand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from foramen.pathway.engine import Override
from foramen.pathway.facts import Patient, Referral
from foramen.pathway.medication import read_policy
from foramen.pathway.screening import Screening, screen
from foramen.records import Action, Case, Person, Records
from foramen.records.events import Content, SiteSettings
from foramen.web.deps import NowDep, RecordsDep, requires


@dataclass(frozen=True)
class Desk:
    """Where a signed-in person works: the record, the person, the time."""

    request: Request
    records: Records
    person: Person
    at: datetime

    def case(self, case_id: str, what: str) -> Case:
        """The case, and the record notes that this person read it for this page."""
        return self.records.read(case_id, by=self.person.actor, at=self.at, what=what)

    def keep(self, case: Case, *contents: Content) -> None:
        """Append what was decided or typed.

        Raises
        ------
        Conflict
            If somebody changed the case since the page was shown: nothing is written, and the form is shown again.
        """
        self.records.append(case.id, after=self.seen(case), contents=contents, by=self.person.actor, at=self.at)

    def seen(self, case: Case) -> int:
        """The version of the case that the page showed which this form comes from."""
        after = self.form.get("after", "")
        return int(after) if after.isdigit() else case.version

    @property
    def form(self) -> dict[str, str]:
        """What was typed; of a name that comes several times the last."""
        return dict(self.request.state.typed)

    def chosen(self, name: str) -> tuple[str, ...]:
        """Every box of that name that was ticked."""
        return tuple(value for key, value in self.request.state.typed if key == name)

    @property
    def site(self) -> SiteSettings:
        """What the site has set for itself."""
        return self.records.settings.current().settings

    @property
    def zone(self) -> ZoneInfo:
        """The clock on the wall."""
        return ZoneInfo(self.site.time_zone)


def sitting(action: Action) -> Any:
    """The desk of whoever is signed in, for those whose role may do this; what they do is signed in that role."""

    def sit(request: Request, records: RecordsDep, at: NowDep, person: Annotated[Person, requires(action)]) -> Desk:
        return Desk(request, records, person, at)

    return Depends(sit)


CaseOpener: TypeAlias = Annotated[Desk, sitting(Action.OPEN_CASE)]
Referrer: TypeAlias = Annotated[Desk, sitting(Action.RECORD_REFERRAL)]
Reader: TypeAlias = Annotated[Desk, sitting(Action.READ_CASE)]
Screener: TypeAlias = Annotated[Desk, sitting(Action.SCREEN)]
Overrider: TypeAlias = Annotated[Desk, sitting(Action.SET_FINDING_ASIDE)]
MedicationConfirmer: TypeAlias = Annotated[Desk, sitting(Action.CONFIRM_MEDICATION)]
ConsentTaker: TypeAlias = Annotated[Desk, sitting(Action.TAKE_CONSENT)]
Observer: TypeAlias = Annotated[Desk, sitting(Action.OBSERVE)]
Discharger: TypeAlias = Annotated[Desk, sitting(Action.DISCHARGE)]
Inviter: TypeAlias = Annotated[Desk, sitting(Action.INVITE_TO_DIARY)]
CallTaker: TypeAlias = Annotated[Desk, sitting(Action.TAKE_CALL)]
OutcomeReader: TypeAlias = Annotated[Desk, sitting(Action.READ_OUTCOME)]
ServiceReader: TypeAlias = Annotated[Desk, sitting(Action.SEE_SERVICE_RESULTS)]


def referral_of(case: Case, at: datetime) -> Referral:
    """The facts known of a case, with the patient's age on the day of the procedure."""
    known = case.referral or Referral(patient=Patient(pseudonym=case.id))
    age = age_on(case.patient.born, known.day or at.date())
    return known.model_copy(update={"patient": known.patient.model_copy(update={"age_years": age})})


def age_on(born: date, day: date) -> int | None:
    """Completed years; None where that is no human age, so that it is asked."""
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years if 0 <= years <= 120 else None


def overrides_of(case: Case) -> tuple[Override, ...]:
    """What clinicians have set aside in the case so far."""
    return case.screened.overrides.overrides if case.screened else ()


def screen_now(
    case: Case, site: SiteSettings, at: datetime, overrides: tuple[Override, ...] | None = None
) -> Screening:
    """What the rules say about the case as it is known now."""
    return screen(
        referral_of(case, at),
        read_policy(site.site.policy),
        at,
        overrides=overrides_of(case) if overrides is None else overrides,
        sign_offs=site.site.sign_offs,
    )
