"""Consent on the page: gone through, signed by hand or by name, confirmed, withdrawn, refused."""

import base64
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from foramen.errors import InputError
from foramen.records import Role
from foramen.records.events import ReferralRecorded
from foramen.web.clinic.signature import signature_png
from support.clinic import moment, set_clock
from support.html_forms import Form, page
from support.worked_cases import NURSE, referral_of, worked_case

DAY = moment("2025-03-13 08:30")


def drawn(size: tuple[int, int] = (800, 240), *, ink: bool = True) -> str:
    """A signature as the page's canvas would send it."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(picture).line([(100, 120), (300, 60), (500, 180)], fill=(0, 0, 0, 255), width=4)
    file = BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def case(clinic):
    """A patient who was screened, on the morning of the procedure."""
    set_clock(clinic, DAY)
    return worked_case(clinic.records, "01-straightforward", "screened")


def filled(client, case, **changes: str) -> list[tuple[str, str]]:
    """The form, gone through as it should be; `changes` replace what is sent."""
    form = Form(client.get(f"/cases/{case}/consent").text, number=-2)
    sent = [(name, value) for name, value in form.sent if name not in changes]
    sent += [(box.name, value) for box in form.controls if box.name == "risk" for value in box.options.values()]
    for question, words in (
        ("Were all questions answered?", "Yes"),
        ("Can the patient understand this and decide?", "Yes"),
        ("Who signs?", "The patient"),
    ):
        control = form.find(question)
        sent = [one for one in sent if one[0] != control.name] + [(control.name, control.options[words])]
    sent = [one for one in sent if one[0] not in changes]
    return [*sent, *changes.items()]


def post(client, path: str, sent: list[tuple[str, str]]):
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    return client.post(path, data=data)


def consent_of(clinic, case):
    return clinic.records.case(case).consents["L5-left"]


def test_the_document_names_this_patient_s_root_and_every_risk(clinic, case):
    shown = page(clinic.client(Role.RADIOLOGIST).get(f"/cases/{case}/consent").text)
    assert "the L5 nerve on your left side" in shown.text
    assert len(shown.all("input", name="risk")) == 16


def test_signed_by_hand_it_holds_and_the_picture_is_kept(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    assert post(radiologist, f"/cases/{case}/consent", filled(radiologist, case, signature=drawn())).status_code == 303
    kept = consent_of(clinic, case)
    assert kept.consent.signed_by == "patient"
    assert kept.consent.explained_by == "The radiologist"
    assert kept.consent.signed_at is not None
    picture = radiologist.get(f"/cases/{case}/consent/signature.png")
    assert Image.open(BytesIO(picture.content)).size == (800, 240)
    assert "holds" in page(radiologist.get(f"/cases/{case}/consent").text).one("h2", class_="large").text


def test_signed_by_name_it_holds_without_a_picture(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    assert (
        post(radiologist, f"/cases/{case}/consent", filled(radiologist, case, signed_name="Jane Doe")).status_code
        == 303
    )
    assert consent_of(clinic, case).signed_name == "Jane Doe"
    assert consent_of(clinic, case).signature is None


def test_without_a_signature_nothing_is_kept_and_nothing_is_lost(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    answer = post(radiologist, f"/cases/{case}/consent", filled(radiologist, case, questions="How soon can I work?"))
    assert answer.status_code == 422
    shown = page(answer.text)
    assert "Sign in the field, or type your full name." in shown.text
    assert "How soon can I work?" in shown.one("textarea", id="questions").text
    assert len([box for box in shown.all("input", name="risk") if "checked" in box.attributes]) == 16
    assert not clinic.records.case(case).consents


def test_a_risk_that_was_not_gone_through_keeps_the_signature_out_and_the_drawing_on_the_page(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    sent = [one for one in filled(radiologist, case, signature=drawn()) if one != ("risk", "paralysis")]
    answer = post(radiologist, f"/cases/{case}/consent", sent)
    assert answer.status_code == 422
    assert "Not gone through with the patient: paralysis." in page(answer.text).text
    assert page(answer.text).one("input", name="signature").attributes["value"] == drawn()
    assert not clinic.records.case(case).consents


def test_a_representative_signs_only_for_who_can_t_decide_and_says_as_what(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    wrong = filled(radiologist, case, signed_name="A. Doe", signed_by="representative", representative="daughter")
    assert (
        "A representative signed for a patient who can decide."
        in page(post(radiologist, f"/cases/{case}/consent", wrong).text).text
    )
    unnamed = filled(radiologist, case, signed_name="A. Doe", signed_by="representative", has_capacity="no")
    assert (
        "relationship to the patient is not noted"
        in page(post(radiologist, f"/cases/{case}/consent", unnamed).text).text
    )
    right = filled(
        radiologist,
        case,
        signed_name="A. Doe",
        signed_by="representative",
        representative="daughter",
        has_capacity="no",
    )
    assert post(radiologist, f"/cases/{case}/consent", right).status_code == 303
    assert consent_of(clinic, case).consent.representative == "daughter"


def test_it_is_confirmed_on_the_day_and_withdrawn_at_any_time(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    post(radiologist, f"/cases/{case}/consent", filled(radiologist, case, signed_name="Jane Doe"))
    version = str(clinic.records.case(case).version)
    assert radiologist.post(f"/cases/{case}/consent/confirm", data={"after": version}).status_code == 303
    assert consent_of(clinic, case).consent.confirmed_on_the_day_at is not None
    version = str(clinic.records.case(case).version)
    radiologist.post(f"/cases/{case}/consent/withdraw", data={"after": version, "reason": "too afraid"})
    shown = page(radiologist.get(f"/cases/{case}/consent").text)
    assert "does not hold" in shown.one("h2", class_="large").text
    assert "too afraid" in shown.text


def test_a_refusal_is_kept_and_the_consent_does_not_hold(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    radiologist.post(f"/cases/{case}/consent/refuse", data={"after": str(clinic.records.case(case).version)})
    assert "does not hold" in page(radiologist.get(f"/cases/{case}/consent").text).text


def test_another_plan_after_signing_ends_the_consent_on_the_page(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    post(radiologist, f"/cases/{case}/consent", filled(radiologist, case, signed_name="Jane Doe"))
    known = referral_of("01-straightforward")
    other = known.model_copy(update={"request": known.request.model_copy(update={"steroid": "kenalog-40"})})
    version = clinic.records.case(case).version
    clinic.records.append(case, after=version, contents=[ReferralRecorded(referral=other)], by=NURSE, at=clinic.clock())
    shown = page(radiologist.get(f"/cases/{case}/consent").text)
    assert "does not hold" in shown.text
    assert "Changed since signing: steroid was dexamethasone-phosphate, is now kenalog-40." in shown.text


def test_a_nurse_may_read_it_but_not_take_it(clinic, case):
    nurse = clinic.client(Role.NURSE)
    assert nurse.get(f"/cases/{case}/consent").status_code == 200
    assert nurse.post(f"/cases/{case}/consent", data={"after": "1"}).status_code == 403


def test_who_comes_second_sees_what_changed_and_loses_nothing(clinic, case):
    radiologist = clinic.client(Role.RADIOLOGIST)
    sent = filled(radiologist, case, signed_name="Jane Doe")
    clinic.client(Role.NURSE).post(f"/cases/{case}/notes", data={"text": "The patient has a cold."})
    answer = post(radiologist, f"/cases/{case}/consent", sent)
    assert answer.status_code == 409
    assert "The patient has a cold." in answer.text
    assert post(radiologist, f"/cases/{case}/consent", Form(answer.text).sent).status_code == 303
    assert consent_of(clinic, case).signed_name == "Jane Doe"


# --- the picture ------------------------------------------------------------------------------------------------------


def test_an_empty_field_and_one_without_ink_are_no_signature():
    assert signature_png("") is None
    assert signature_png(drawn(ink=False)) is None


@pytest.mark.parametrize(
    "text",
    [
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64,not base64",
        "data:image/png;base64,aGVsbG8=",
        drawn()[:200],
        drawn((5000, 10)),
        "data:image/png;base64," + "A" * 600_000,
    ],
)
def test_what_is_no_signature_is_refused_in_a_sentence(text):
    with pytest.raises(InputError, match=r"can't be read|clear the field"):
        signature_png(text)
