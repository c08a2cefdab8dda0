"""Consent: this patient's own risks, and whether a signature still means what is planned."""

from datetime import datetime
from typing import Any

import pytest

from foramen.errors import UsageError
from foramen.pathway.answer import Answer
from foramen.pathway.consent import Consent, ConsentCheck, basis_of, changes_since, check_consent, consent_document
from foramen.pathway.consent.basis import consent_facts
from foramen.pathway.consent.risks import risk_lines, risks_for
from foramen.pathway.facts import Referral
from foramen.pathway.rule_data import rule_data
from foramen.pathway.texts import Document, languages, reading_age, text_data
from support.journey import journey, part

NOW = datetime.fromisoformat("2025-03-13T08:55:00+01:00")


def asked(changes: dict[str, Any], forgotten: tuple[str, ...] = (), **how: Any) -> ConsentCheck:
    facts = journey(changes, forgotten)
    return check_consent(part(facts, "consent", Consent), part(facts, "referral", Referral), NOW, **how)


def document(changes: dict[str, Any] | None = None, forgotten: tuple[str, ...] = ()) -> Document:
    return consent_document(part(journey(changes, forgotten), "referral", Referral), "L5-left")


def risk_ids(changes: dict[str, Any] | None = None, forgotten: tuple[str, ...] = ()) -> list[str]:
    referral = part(journey(changes, forgotten), "referral", Referral)
    return [risk.id for risk in risks_for(consent_facts(referral))]


def test_a_signed_consent_holds() -> None:
    check = asked({})
    assert check.holds
    assert not check.findings


def test_it_ends_with_a_word_at_any_time() -> None:
    at = "2025-03-13T08:54:00+01:00"
    assert [found.text for found in asked({"consent.withdrawn_at": at}).findings] == [
        "The patient has withdrawn the consent."
    ]
    assert [found.text for found in asked({"consent.refused_at": at}).findings] == ["The patient has refused."]
    assert not asked({"consent.withdrawn_at": at}).holds


def test_what_was_never_asked_does_not_hold() -> None:
    check = asked({"consent.questions_answered": "unknown"})
    assert not check.holds
    assert [question.ask for question in check.questions] == ["Have all the patient's questions been answered?"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"consent.basis.root": "L5-right"}, "root was L5-right, is now L5-left"),
        ({"referral.request.steroid": "depo-medrol"}, "steroid was dexamethasone-phosphate, is now depo-medrol"),
        ({"referral.request.guidance": "fluoroscopy"}, "guidance was ct, is now fluoroscopy"),
        ({"referral.request.sedation": "yes"}, "sedation was no, is now yes"),
        ({"consent.basis.text_version": "0.9.0"}, "text version was 0.9.0, is now 1.0.0"),
    ],
)
def test_what_changed_since_signing_is_named(changes: dict[str, Any], said: str) -> None:
    check = asked(changes)
    assert not check.holds
    assert said in check.findings[0].text


def test_a_consent_for_one_root_is_none_for_another() -> None:
    assert asked({}, root="L5-left").holds
    assert "root was L5-left, is now L4-left" in asked({}, root="L4-left").findings[0].text


def test_a_caudal_epidural_added_later_needs_a_new_signature() -> None:
    assert not asked({}, with_caudal=True).holds


def test_a_new_illness_brings_new_risks_to_go_through() -> None:
    check = asked({"referral.conditions.diabetes": "insulin"})
    assert "Not gone through with the patient: blood-sugar." in [found.text for found in check.findings]


def test_nothing_changed_is_no_change() -> None:
    facts = journey()
    consent, referral = part(facts, "consent", Consent), part(facts, "referral", Referral)
    assert changes_since(consent, basis_of(referral, "L5-left")) == ()


def test_only_the_site_sets_how_long_a_consent_stands() -> None:
    old = {"consent.signed_at": "2023-03-13T08:30:00+01:00"}
    assert asked(old).holds
    assert not asked(old, valid_days=180).holds


@pytest.mark.parametrize(
    ("changes", "risk", "present"),
    [
        ({}, "blood-sugar", False),
        ({"referral.conditions.diabetes": "tablets"}, "blood-sugar", True),
        ({"referral.conditions.diabetes": "tablets", "referral.request.steroid": "none"}, "blood-sugar", False),
        ({"referral.request.steroid": "none"}, "steroid-days", False),
        ({}, "clot", False),
        ({"referral.medications": [{"drug": "apixaban"}]}, "clot", True),
        ({"referral.request.intent": "diagnostic"}, "no-benefit", False),
    ],
)
def test_the_risks_are_the_patients_own(changes: dict[str, Any], risk: str, present: bool) -> None:
    assert (risk in risk_ids(changes)) is present


def test_what_is_unknown_leaves_no_risk_out() -> None:
    known = set(risk_ids())
    for path in ("referral.conditions.diabetes", "referral.medications", "referral.request.steroid"):
        assert set(risk_ids(forgotten=(path,))) >= known


def test_published_frequencies_stand_beside_the_risks() -> None:
    risks = document().section("risks")
    assert risks is not None
    said = "\n".join(risks.points)
    assert "Feeling faint: during or just after (about 13 in 1,000)" in said
    assert "Infection deep in the back: this needs antibiotics or an operation (about 1 in 47,000)" in said
    assert "Stroke or paralysis" in said
    assert "(none in 14,956, but it has happened)" in said
    assert "how often is not known" in said


@pytest.mark.parametrize(
    ("zone", "extent", "more"),
    [("foraminal", "severe", True), ("foraminal", "moderate", False), ("lateral-recess", "severe", False)],
)
def test_only_a_severe_finding_in_a_foramen_makes_more_pain_more_likely(zone: str, extent: str, more: bool) -> None:
    seen = {"referral.imaging.0.findings.0.zone": zone, "referral.imaging.0.findings.0.extent": extent}
    risks = risks_for(consent_facts(part(journey(seen), "referral", Referral)))
    assert next(risk for risk in risks if risk.id == "more-pain").more_likely is Answer.of(more)


def test_a_severely_narrowed_foramen_makes_more_pain_more_likely() -> None:
    narrow = {"referral.imaging.0.findings.0.zone": "foraminal", "referral.imaging.0.findings.0.extent": "severe"}
    said = "\n".join(risk_lines(risks_for(consent_facts(part(journey(narrow), "referral", Referral))), "en"))
    assert "More pain: for some days (about 21 in 1,000, more likely for you)" in said


def test_the_document_covers_what_a_consent_must() -> None:
    kept = {section.id for section in document().sections}
    assert kept == {"what", "why", "feel", "benefit", "risks", "other", "rights", "sign"}
    said = document().to_text()
    assert "the L5 nerve on your left side" in said
    assert "An operation to free the nerve" in said
    assert "Nothing. The pain may go on" in said
    assert "You may change your mind at any time" in said
    assert "54 of 100" in said


def test_a_diagnostic_block_promises_no_benefit_and_no_proof() -> None:
    written = document({"referral.request.intent": "diagnostic", "referral.request.steroid": "none"})
    assert written.section("benefit") is None
    assert "It can't prove it." in written.to_text()
    assert "steroid" not in written.to_text()


def test_who_can_not_decide_reads_who_signs() -> None:
    assert "a person who may speak for you signs" in document({"referral.patient.has_capacity": "no"}).to_text()
    assert "a person who may speak for you signs" not in document().to_text()


def test_every_language_has_words_for_every_risk() -> None:
    ids = {row["id"] for row in rule_data("risks")["risk"]}
    for language in languages():
        assert set(text_data("consent", language)["risk"]) == ids


def test_the_languages_are_the_folders_of_texts() -> None:
    assert languages() == ("en",)


def test_a_language_without_texts_is_refused() -> None:
    with pytest.raises(UsageError, match="There is no text in 'xx'; there is en"):
        consent_document(part(journey(), "referral", Referral), "L5-left", language="xx")


def test_it_can_be_read_at_twelve() -> None:
    assert reading_age(document().to_text()) <= 12
