"""Consent: gone through risk by risk, signed by hand or by name, confirmed on the day, refused or withdrawn."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse, Response

from foramen.pathway.answer import Answer
from foramen.pathway.consent import Consent, ConsentCheck, basis_of, check_consent, consent_document
from foramen.records import Action, Case
from foramen.records.events import Consented
from foramen.web.clinic.desk import ConsentTaker, Desk, Reader, referral_of
from foramen.web.clinic.signature import signature_png
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

SIGN = "Sign in the field, or type your full name."


@router.get("/cases/{case_id}/consent")
def page(case_id: str, desk: Reader, root: str = "") -> Response:
    """The consent of one root as it stands, or the document to go through."""
    case = desk.case(case_id, "consent")
    return _page(desk, case, _root(case, root), {}, None)


@router.post("/cases/{case_id}/consent")
def sign(case_id: str, desk: ConsentTaker, root: str = "") -> Response:
    """Keep the signature, if with it the consent holds; otherwise say what is still missing."""
    case = desk.case(case_id, "consent")
    root = _root(case, root)
    png = signature_png(desk.form.get("signature", ""))
    signed_name = desk.form.get("signed_name", "").strip()
    consent = _typed(desk, case, root)
    check = _check(desk, case, root, consent)
    if not check.holds or (png is None and not signed_name):
        return _page(desk, case, root, desk.form, check, faulty=SIGN if png is None and not signed_name else "")
    digest = desk.records.store.put(png) if png else None
    desk.keep(case, Consented(consent=consent, signature=digest, signed_name=signed_name))
    return RedirectResponse(f"/cases/{case.id}/consent?root={root}", 303)


@router.post("/cases/{case_id}/consent/confirm")
def confirm(case_id: str, desk: ConsentTaker, root: str = "") -> Response:
    """The patient says yes once more, shortly before the procedure."""
    return _change(desk, case_id, root, "confirmed_on_the_day_at")


@router.post("/cases/{case_id}/consent/withdraw")
def withdraw(case_id: str, desk: ConsentTaker, root: str = "") -> Response:
    """The patient takes the consent back."""
    return _change(desk, case_id, root, "withdrawn_at", reason=desk.form.get("reason", "").strip())


@router.post("/cases/{case_id}/consent/refuse")
def refuse(case_id: str, desk: ConsentTaker, root: str = "") -> Response:
    """The patient says no."""
    case = desk.case(case_id, "consent")
    root = _root(case, root)
    basis = basis_of(referral_of(case, desk.at), root)
    refused = Consent(
        basis=basis, explained_by=desk.person.name, refused_at=desk.at, reason=desk.form.get("reason", "").strip()
    )
    desk.keep(case, Consented(consent=refused))
    return RedirectResponse(f"/cases/{case.id}/consent?root={root}", 303)


@router.get("/cases/{case_id}/consent/signature.png")
def signature(case_id: str, desk: Reader, root: str = "") -> Response:
    """The signature as it was drawn."""
    case = desk.case(case_id, "signature")
    given = case.consents.get(_root(case, root))
    if given is None or given.signature is None:
        raise RequestError(404, "There is no drawn signature.")
    return FileResponse(desk.records.store.path(given.signature), media_type="image/png")


def _root(case: Case, root: str) -> str:
    """The root asked for, or the first that nobody has signed for."""
    if root in case.roots:
        return root
    if not case.roots:
        raise RequestError(422, "The referral names no root with its side; say which before the consent.")
    unsigned = [one for one in case.roots if one not in case.consents or not case.consents[one].given]
    return (unsigned or list(case.roots))[0]


def _typed(desk: Desk, case: Case, root: str) -> Consent:
    """The consent that the form would make, signed now."""
    form, by = desk.form, desk.form.get("signed_by")
    return Consent(
        basis=basis_of(referral_of(case, desk.at), root),
        explained_by=form.get("explained_by", "").strip() or None,
        risks_gone_through=desk.chosen("risk"),
        questions_answered=_answer(form.get("questions_answered")),
        questions=form.get("questions", "").strip(),
        interpreter=form.get("interpreter", "").strip() or None,
        has_capacity=_answer(form.get("has_capacity")),
        signed_by="representative" if by == "representative" else "patient" if by == "patient" else None,
        representative=form.get("representative", "").strip() or None,
        signed_at=desk.at,
    )


def _answer(text: str | None) -> Answer:
    return Answer(text) if text in tuple(Answer) else Answer.UNKNOWN


def _check(desk: Desk, case: Case, root: str, consent: Consent) -> ConsentCheck:
    site = desk.site
    return check_consent(
        consent,
        referral_of(case, desk.at),
        desk.at,
        root=root,
        valid_days=site.consent_valid_days,
        sign_offs=site.site.sign_offs,
    )


def _change(desk: Desk, case_id: str, root: str, moment: str, reason: str = "") -> Response:
    case = desk.case(case_id, "consent")
    root = _root(case, root)
    given = case.consents.get(root)
    if given is None or not given.given:
        raise RequestError(422, "Nobody has signed for this root, so there is nothing to change.")
    consent = given.consent.model_copy(update={moment: desk.at, "reason": reason or given.consent.reason})
    desk.keep(case, given.model_copy(update={"consent": consent}))
    return RedirectResponse(f"/cases/{case.id}/consent?root={root}", 303)


def _page(
    desk: Desk, case: Case, root: str, form: Mapping[str, str], refused: ConsentCheck | None, faulty: str = ""
) -> Response:
    referral = referral_of(case, desk.at)
    document, basis = consent_document(referral, root), basis_of(referral, root)
    risks = document.section("risks")
    given = case.consents.get(root)
    last = case.last(Consented, root)
    check = _check(desk, case, root, given.consent) if given else None
    return render(
        desk.request,
        "clinic/consent.html",
        status=422 if refused else 200,
        case=case,
        this_root=root,
        document=document,
        risks=list(zip(basis.risks, risks.points if risks else (), strict=True)),
        given=given,
        kept=last,
        check=check,
        refused=refused,
        faulty=faulty,
        again=desk.request.query_params.get("again") == "yes" or refused is not None,
        needs_interpreter=referral.patient.needs_interpreter is not Answer.NO,
        typed=form,
        ticked=desk.chosen("risk") if form else (),
        me=desk.person.name,
        on_the_day=referral.day is not None and referral.local(desk.at).date() == referral.day,
        may_take=desk.person.may(Action.TAKE_CONSENT),
    )
