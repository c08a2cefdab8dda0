"""The patient's diary: an answer is kept once, an alarming one is answered at once, a link opens one case and ends."""

import json
import threading
from datetime import datetime, timedelta

import pytest

from foramen.pathway.followup import Complaints, Diary, Response, triage
from foramen.pathway.texts import reading_age
from foramen.records import Role
from foramen.web.clinic.afterwards import diary_of
from foramen.web.clinic.diary_entry import at_once
from foramen.web.clinic.diary_words import (
    ADVICE,
    ALARMS,
    GLUCOSE,
    HEADINGS,
    KETONES,
    ORDER,
    SCREENS,
    SIGNS,
)
from support.clinic import moment, set_clock, set_policy
from support.html_forms import page
from support.worked_cases import text, worked_case

NEXT_MORNING = moment("2025-03-14 09:28")


@pytest.fixture
def case(clinic):
    """A patient the morning after: injected yesterday, discharged, the diary still empty."""
    set_policy(clinic)
    set_clock(clinic, NEXT_MORNING)
    return worked_case(clinic.records, "01-straightforward", "watched")


def invited(clinic, case: str) -> str:
    """The path of a new diary link, as the nurse sees it once."""
    nurse = clinic.client(Role.NURSE)
    answer = nurse.post(f"/cases/{case}/diary/invite", data={"after": str(clinic.records.case(case).version)})
    link = page(answer.text).one("p", class_="secret-link").text
    return "/diary/" + link.rsplit("/", 1)[1]


def send(clinic, path: str, **said: str):
    answers = {"key": "k1", "leg_nrs": "4", "back_nrs": "2", "in_usual_area": "yes", "none_of_these": "yes"} | said
    return clinic.client().post(f"{path}/entries", data=answers)


AROUND_EVERY_BORDER_H = (0.5, 3.9, 4.1, 23.9, 24.1, 71.9, 72.1, 239.9, 240.1, 503.9, 504.1, 2000)
"""Hours on each side of every border of the triage."""


# --- once, and only once ----------------------------------------------------------------------------------------------


def test_an_answer_becomes_an_entry_of_the_diary(clinic, case):
    path = invited(clinic, case)
    assert send(clinic, path, no_painkillers="yes").status_code == 200
    (entry,) = clinic.records.case(case).diary
    assert (entry.leg_nrs, entry.back_nrs, entry.in_usual_area, entry.analgesics) == (4, 2, "yes", ())


def test_the_same_answer_sent_again_is_kept_once_and_answered_again(clinic, case):
    path = invited(clinic, case)
    first, second = send(clinic, path), send(clinic, path)
    assert (first.status_code, second.status_code) == (200, 200)
    assert page(first.text).one("section", id="answer").text == page(second.text).one("section", id="answer").text
    assert len(clinic.records.case(case).diary) == 1


def test_ten_phones_sending_the_same_answer_at_once_leave_one(clinic, case):
    path = invited(clinic, case)
    clients = [clinic.client() for _ in range(10)]
    data = {"key": "k1", "leg_nrs": "4", "none_of_these": "yes"}
    threads = [
        threading.Thread(target=client.post, args=(f"{path}/entries",), kwargs={"data": data}) for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clinic.records.case(case).diary) == 1
    assert len(clinic.records.case(case).calls) == 1


def test_two_answers_are_two_entries(clinic, case):
    path = invited(clinic, case)
    send(clinic, path, key="k1")
    send(clinic, path, key="k2", leg_nrs="5")
    assert [entry.leg_nrs for entry in clinic.records.case(case).diary] == [4, 5]


def test_what_staff_writes_meanwhile_never_loses_an_answer(clinic, case):
    path = invited(clinic, case)
    clinic.client(Role.NURSE).post(f"/cases/{case}/notes", data={"text": "The patient called."})
    assert send(clinic, path).status_code == 200
    assert len(clinic.records.case(case).diary) == 1


def test_an_answer_given_without_a_connection_counts_at_its_own_time(clinic, case):
    path = invited(clinic, case)
    given = NEXT_MORNING - timedelta(hours=5)
    send(clinic, path, answered_at=given.isoformat())
    assert clinic.records.case(case).diary[0].at == given


@pytest.mark.parametrize("said", ["2031-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "yesterday", "2025-03-14T09:00:00"])
def test_a_phone_whose_clock_can_t_be_right_is_not_believed(clinic, case, said):
    path = invited(clinic, case)
    send(clinic, path, answered_at=said)
    assert abs(clinic.records.case(case).diary[0].at - clinic.clock()) < timedelta(minutes=1)


def test_an_answer_before_the_injection_is_the_baseline(clinic):
    set_clock(clinic, moment("2025-03-13 08:35"))
    case = worked_case(clinic.records, "01-straightforward", "consented")
    path = invited(clinic, case)
    shown = clinic.client().get(path).text
    assert "None of these" not in shown, "the signs after an injection are asked after it"
    send(clinic, path, leg_nrs="7", none_of_these="")
    kept = clinic.records.case(case)
    assert kept.diary_baseline is not None
    assert kept.diary_baseline.leg_nrs == 7
    assert kept.diary == ()


def test_what_is_no_answer_is_refused_and_nothing_is_kept(clinic, case):
    path = invited(clinic, case)
    assert send(clinic, path, leg_nrs="11").status_code == 422
    assert send(clinic, path, glucose_mmol_per_l="much").status_code == 422
    assert clinic.records.case(case).diary == ()


# --- alarming answers -------------------------------------------------------------------------------------------------


def test_an_alarming_answer_says_at_once_whom_to_call_and_reaches_the_clinic(clinic, case):
    path = invited(clinic, case)
    answer = send(clinic, path, none_of_these="", sign="cannot_pass_water")
    told = page(answer.text).one("section", id="answer")
    assert told.one("h1").text == "Call the emergency number now"
    assert "I can't pass water as usual" in told.text
    assert "01234 567890" in told.text
    (call,) = clinic.records.case(case).calls
    assert call.triage.response is Response.EMERGENCY
    seen = clinic.client(Role.NURSE).get(f"/cases/{case}/diary").text
    assert "Emergency" in seen


def test_an_ordinary_answer_is_thanked_for(clinic, case):
    path = invited(clinic, case)
    assert page(send(clinic, path).text).one("section", id="answer").one("h1").text == "Thank you"


def test_a_diabetic_who_has_not_measured_is_asked_to(clinic):
    set_clock(clinic, moment("2025-03-21 09:00"))
    case = worked_case(clinic.records, "05-diabetic", "watched")
    path = invited(clinic, case)
    assert "What is your blood sugar now?" in clinic.client().get(path).text
    answer = send(clinic, path)
    assert "What is the glucose" in answer.text


def test_what_the_phone_says_by_itself_is_never_less_than_what_the_clinic_would_say_later(clinic, case):
    injected = moment("2025-03-13 09:28")
    for name, _ in (*SIGNS, KETONES):
        said = {one: "yes" if one == name else "no" for one, _ in (*SIGNS, KETONES)}
        for given in AROUND_EVERY_BORDER_H:
            told = at_once(name, injected, injected + timedelta(hours=given))
            for later in (hours - given for hours in AROUND_EVERY_BORDER_H if hours >= given):
                complaints = Complaints.model_validate_json(
                    json.dumps(
                        {
                            **said,
                            "injected_at": injected.isoformat(),
                            "at": (injected + timedelta(hours=given + later)).isoformat(),
                            "diabetic": "yes",
                            "glucose_mmol_per_l": 6,
                        }
                    )
                )
                assert ORDER.index(told) >= ORDER.index(triage(complaints).response), (name, given, later)


# --- the link ---------------------------------------------------------------------------------------------------------


def test_the_page_names_no_patient(clinic, case):
    path = invited(clinic, case)
    shown = clinic.client().get(path).text
    assert "Doe" not in shown
    assert "1978" not in shown
    assert case not in shown


def test_a_revoked_link_opens_nothing(clinic, case):
    path = invited(clinic, case)
    kept = clinic.records.case(case)
    form = {"after": str(kept.version), "link": kept.diary_links[0].link, "reason": "lost phone"}
    clinic.client(Role.NURSE).post(f"/cases/{case}/diary/revoke", data=form)
    assert clinic.client().get(path).status_code == 404
    assert send(clinic, path).status_code == 404
    assert clinic.records.case(case).diary == ()


def test_a_link_ends_with_its_time(clinic, case):
    path = invited(clinic, case)
    set_clock(clinic, NEXT_MORNING + timedelta(days=366))
    assert clinic.client().get(path).status_code == 404


def test_a_link_that_nobody_made_opens_nothing_and_can_t_be_guessed_for_long(clinic):
    client = clinic.client()
    answers = [client.get(f"/diary/{'x' * 43}").status_code for _ in range(35)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_the_link_is_shown_once_and_kept_nowhere(clinic, case):
    secret = invited(clinic, case).rsplit("/", 1)[1]
    assert secret not in clinic.client(Role.NURSE).get(f"/cases/{case}/diary").text
    assert secret not in clinic.records.case(case).model_dump_json()


def test_every_look_at_the_diary_is_noted_as_the_patient_s(clinic, case):
    path = invited(clinic, case)
    clinic.client().get(path)
    last = max(clinic.records.reads.find(case_id=case), key=lambda read: read.position)
    assert (last.by.role, last.what) == ("patient", "diary")


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_twelve_year_old_can_read_every_screen():
    words = [screen.words for screen in (*SCREENS, GLUCOSE, ALARMS)]
    words += [words for _, words in (*SIGNS, KETONES)] + [*HEADINGS.values(), *ADVICE.values()]
    assert reading_age("\n".join(words)) <= 12


def test_what_the_diary_asks_follows_the_schedule(clinic, case):
    path = invited(clinic, case)
    assert "Which painkillers" in clinic.client().get(path).text
    assert "next to before the injection" not in clinic.client().get(path).text
    set_clock(clinic, NEXT_MORNING + timedelta(days=42))
    assert "next to before the injection" in clinic.client().get(path).text


def test_the_worked_diary_sent_entry_by_entry_is_the_diary_that_is_read(clinic, case):
    told = Diary.from_json(text("01-straightforward", "diary.json"))
    path = invited(clinic, case)
    set_clock(clinic, datetime.fromisoformat("2025-06-20T09:00:00+02:00"))
    for number, entry in enumerate(told.in_order):
        said = {"leg_nrs": f"{entry.leg_nrs:g}", "back_nrs": "", "answered_at": entry.at.isoformat()}
        if entry.impression:
            said["impression"] = str(entry.impression)
        send(clinic, path, key=f"k{number}", **said)
    read = diary_of(clinic.records.case(case), "L5-left")
    assert read is not None
    assert [(e.at, e.leg_nrs, e.impression) for e in read.in_order] == [
        (e.at, e.leg_nrs, e.impression) for e in told.in_order
    ]
