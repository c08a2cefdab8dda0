"""Results: one patient's reading, and the sums of the service, without a name."""

import csv
from io import StringIO

import pytest

from foramen.pathway.answer import Answer
from foramen.pathway.followup import SPANS, Complaints, pain_curve, triage
from foramen.records import PATIENT, Role
from foramen.records.events import CallTaken
from foramen.web.clinic.afterwards import diary_of
from foramen.web.clinic.plots import bars, pain_drawing
from foramen.web.clinic.service import service_of
from support.clinic import moment, set_clock, set_policy
from support.html_forms import Form, page
from support.worked_cases import story, worked_case

AFTER_THREE_MONTHS = moment("2025-06-20 09:00")


@pytest.fixture
def summer(clinic):
    """The clinic three months after."""
    set_policy(clinic)
    set_clock(clinic, AFTER_THREE_MONTHS)
    return clinic


# --- one patient ------------------------------------------------------------------------------------------------------


def test_the_worked_block_is_read_on_the_page_as_its_story_says(summer):
    case = worked_case(summer.records, "12-diagnostic-block", "diary")
    radiologist = summer.client(Role.RADIOLOGIST)
    form = Form(radiologist.get(f"/cases/{case}/results").text)
    form.answer(form.find("Was sedation or an opioid given?"), "No")
    form.answer(form.find("Was a painkiller taken on the day before the block?"), "No")
    assert radiologist.post(f"/cases/{case}/results", data=dict(form.sent)).status_code == 303
    kept = summer.records.case(case).outcomes["L5-right"].block_report
    assert (kept.reading, kept.valid) == (story("12-diagnostic-block")["block"]["reading"], "yes")
    shown = page(radiologist.get(f"/cases/{case}/results").text)
    assert "supports L5-right as a source of the pain" in shown.one("h1", class_="reading").text
    assert "specificity from 10 to 86 %" in shown.text, "how far that goes always stands with it"
    assert "confirm" not in shown.one("main").text.lower()


@pytest.mark.parametrize(
    ("folder", "step"),
    [(f, s) for f in ("01-straightforward", "02-warfarin", "05-diabetic", "10-allergy") for s in story(f)["outcome"]],
)
def test_the_worked_response_is_read_on_the_page_as_its_story_says(summer, folder, step):
    case = worked_case(summer.records, folder, "diary")
    set_clock(summer, moment(step["at"][:16].replace("T", " ")))
    radiologist = summer.client(Role.RADIOLOGIST)
    version = str(summer.records.case(case).version)
    radiologist.post(f"/cases/{case}/results", data={"after": version})
    (outcome,) = summer.records.case(case).outcomes.values()
    assert outcome.response.verdict == step["verdict"]
    assert outcome.response.summary in radiologist.get(f"/cases/{case}/results").text.replace("&#39;", "'")


def test_without_a_rating_before_the_injection_the_page_says_so(summer):
    case = worked_case(summer.records, "01-straightforward", "watched")
    kept = summer.records.case(case)
    baseline = next(e.number for e in kept.history if e.kind == "diary-answered")
    form = {"after": str(kept.version), "number": str(baseline), "reason": "another patient's"}
    summer.client(Role.NURSE).post(f"/cases/{case}/corrections", data=form)
    shown = summer.client(Role.RADIOLOGIST).get(f"/cases/{case}/results").text
    assert "nothing to compare with" in shown


def test_a_score_filled_in_elsewhere_is_kept_with_the_diary(summer):
    case = worked_case(summer.records, "01-straightforward", "diary")
    radiologist = summer.client(Role.RADIOLOGIST)
    form = Form(radiologist.get(f"/cases/{case}/results").text)
    form.answer(form.find("Which"), "Roland-Morris disability")
    form.answer(form.find("Score"), "4")
    assert radiologist.post(f"/cases/{case}/results/score", data=dict(form.sent)).status_code == 303
    (score,) = summer.records.case(case).diary[-1].scores
    assert (score.instrument, score.value) == ("rmdq", 4)


def test_no_outcome_before_an_injection(summer):
    case = worked_case(summer.records, "01-straightforward", "consented")
    assert summer.client(Role.RADIOLOGIST).get(f"/cases/{case}/results").status_code == 422


def test_the_curve_stands_where_its_numbers_say(summer):
    case = summer.records.case(worked_case(summer.records, "01-straightforward", "diary"))
    diary = diary_of(case, "L5-left")
    assert diary is not None
    drawing = pain_drawing(pain_curve(diary))
    points = [tuple(map(float, point.split(","))) for point in drawing.line.split()]
    assert len(points) == 1 + len(diary.entries)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    high, low = drawing.top, drawing.bottom
    for (_, y), nrs in zip(points[1:], [entry.leg_nrs for entry in diary.in_order], strict=True):
        assert y == pytest.approx(low - nrs / 10 * (low - high), abs=0.06)
    width = (drawing.right - drawing.left) / len(SPANS)
    day_2 = next(x for (x, _), e in zip(points[1:], diary.in_order, strict=True) if e.leg_nrs == 8)
    assert drawing.left + width < day_2 < drawing.left + 2 * width, "day 2 lies in the second phase"


# --- the service ------------------------------------------------------------------------------------------------------


@pytest.fixture
def cases(summer):
    """Five worked patients, months later."""
    folders = ("01-straightforward", "02-warfarin", "05-diabetic", "10-allergy", "12-diagnostic-block")
    ids = [worked_case(summer.records, folder, "diary", name=f"Secret{n}, Name{n}") for n, folder in enumerate(folders)]
    return [summer.records.case(case_id) for case_id in ids]


def test_the_sums_are_those_of_the_stories(summer, cases):
    service = service_of(cases, AFTER_THREE_MONTHS)
    assert service.injected == 5
    assert service.complications == {"vascular-venous": 1}, "patient 10: the first contrast ran into a vein"
    assert service.verdicts == {"substantial": 1, "no-benefit-review": 1, "moderate": 1, "not-rated": 1}
    assert set(service.steroids) == {21.3}, "4 mg of dexamethasone, four times"
    assert len(service.steroids) == 4, "the diagnostic block got none"
    by_story = {line.roots + line.intent: line for line in service.lines}
    assert by_story["L5-rightdiagnostic"].minutes_on_table == 30


def test_the_order_of_the_cases_makes_no_difference(summer, cases):
    assert service_of(reversed(cases), AFTER_THREE_MONTHS) == service_of(cases, AFTER_THREE_MONTHS)


def test_a_course_is_drawn_only_where_it_is_not_one_patient_s(summer, cases):
    assert service_of(cases[:2], AFTER_THREE_MONTHS).course is None
    course = service_of(cases, AFTER_THREE_MONTHS).course
    assert course is not None
    assert min(point.count for point in course.points) >= 3


def test_an_emergency_at_home_is_counted(summer, cases):
    said = Complaints(injected_at=moment("2025-03-13 09:28"), at=moment("2025-03-22 19:30"), fever=Answer.YES)
    call = CallTaken(complaints=said, triage=triage(said))
    summer.records.append(cases[0].id, after=None, contents=[call], by=PATIENT, at=summer.clock())
    service = service_of([summer.records.case(cases[0].id)], AFTER_THREE_MONTHS)
    assert service.complications == {"call-emergency": 1}


def test_the_table_names_nobody(summer, cases):
    told = summer.client(Role.AUDITOR).get("/audit.csv?since=2025-01-01").text
    rows = list(csv.DictReader(StringIO(told)))
    assert len(rows) >= 5
    assert [row["case"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    for case in cases:
        assert case.patient.name not in told
        assert case.id not in told
        assert str(case.patient.born) not in told


def test_the_page_shows_what_the_table_sums(summer, cases):
    shown = page(summer.client(Role.AUDITOR).get("/audit?since=2025-01-01").text)
    rows = list(csv.DictReader(StringIO(summer.client(Role.AUDITOR).get("/audit.csv?since=2025-01-01").text)))
    assert f"{len(rows)} cases opened" in shown.text
    assert "Secret" not in shown.text


def test_a_stretch_of_time_holds_the_cases_opened_in_it(summer, cases):
    later = summer.client(Role.AUDITOR).get("/audit.csv?since=2025-05-01").text
    assert list(csv.DictReader(StringIO(later))) == []


@pytest.mark.parametrize("query", ["since=yesterday", "since=2025-06-01&until=2025-01-01"])
def test_days_that_are_none_are_refused_in_a_sentence(summer, query):
    answer = summer.client(Role.AUDITOR).get(f"/audit?{query}")
    assert answer.status_code == 422


def test_who_may_not_see_the_service_does_not(summer):
    assert summer.client(Role.CLERK).get("/audit").status_code == 403
    assert summer.client(Role.CLERK).get("/audit.csv").status_code == 403


def test_bars_are_as_long_as_what_they_count():
    assert [(bar.words, bar.count, bar.share) for bar in bars({"a": 1, "b": 4})] == [("B", 4, 1.0), ("A", 1, 0.25)]
    assert bars({}) == ()
