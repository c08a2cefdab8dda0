"""What the record says about the injection itself, as recovery, leaflet and diary need it."""

from datetime import datetime

from foramen.pathway.answer import Answer
from foramen.pathway.facts import Diabetes, Intent, Referral
from foramen.pathway.followup import Diary, Entry
from foramen.pathway.injectate.products import Role, product
from foramen.pathway.procedure.events import Injected
from foramen.pathway.recovery import Visit
from foramen.records import Case
from foramen.records.events import SiteSettings
from foramen.web.clinic.desk import referral_of


def injections(case: Case, root: str) -> tuple[Injected, ...]:
    """What was injected at a root, in order."""
    return tuple(event for event in case.procedures.get(root, ()) if isinstance(event, Injected))


def injected_roots(case: Case) -> tuple[str, ...]:
    """The roots that got their medicine."""
    return tuple(root for root in case.procedures if injections(case, root))


def injected_at(case: Case, root: str) -> datetime | None:
    """When the medicine went in; None where none did."""
    times = [event.at for event in injections(case, root) if event.at]
    return times[-1] if times else None


def steroid_given(case: Case, root: str) -> bool:
    """Whether a steroid was among what went in."""
    return any(product(part.product).role is Role.STEROID for event in injections(case, root) for part in event.given)


def visit_of(case: Case, root: str, site: SiteSettings) -> Visit | None:
    """The visit as the leaflet tells it; None while nothing was injected at that root."""
    at = injected_at(case, root)
    if at is None:
        return None
    request = referral_of(case, at).request
    return Visit(
        root=root,
        injected_at=at,
        guidance=request.guidance,
        steroid_given=steroid_given(case, root),
        sedation_given=request.sedation is Answer.YES,
        phone=site.phone,
    )


def diabetic(referral: Referral) -> Answer:
    """Whether glucose matters."""
    kind = referral.conditions.diabetes
    return Answer.UNKNOWN if kind is Diabetes.UNKNOWN else Answer.of(kind is not Diabetes.NONE)


def diary_of(case: Case, root: str) -> Diary | None:
    """The diary around the injection at one root; None while nothing was injected there.

    The baseline is the one noted before the procedure. Without one there is nothing to compare with, and the readings
    say so.
    """
    at = injected_at(case, root)
    if at is None:
        return None
    noted = case.diary_baseline
    before = noted if noted is not None and noted.at <= at else Entry(at=at)
    referral = referral_of(case, at)
    return Diary(
        pseudonym=case.id,
        root=root,
        intent=referral.request.intent or Intent.THERAPEUTIC,
        injected_at=at,
        baseline=before,
        entries=tuple(entry for entry in case.diary if entry.at >= at),
    )
