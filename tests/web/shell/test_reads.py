"""The audit of reads, as the auditor sees it."""

from datetime import timedelta

from foramen.records import Role


def test_who_looked_at_which_case_and_when_without_any_patients_name(site):
    case = site.open_case("Lindqvist, Maria")
    site.client(Role.NURSE).get(f"/cases/{case}")
    page = site.client(Role.AUDITOR).get("/reads").text
    assert "The nurse, nurse" in page
    assert case in page
    assert "Lindqvist" not in page


def test_one_person_one_case_and_some_days_are_found(site):
    one, other = site.open_case("One, A"), site.open_case("Other, B")
    nurse, radiologist = site.client(Role.NURSE), site.client(Role.RADIOLOGIST)
    nurse.get(f"/cases/{one}")
    site.clock.move(timedelta(minutes=20))
    radiologist.get(f"/cases/{other}")
    auditor = site.client(Role.AUDITOR)
    by_person = auditor.get(f"/reads?person={site.people[Role.NURSE].id}").text
    assert one in by_person
    assert other not in by_person
    by_case = auditor.get(f"/reads?case={other}").text
    assert f"{one}</td>" not in by_case
    assert "2026" in auditor.get("/reads?since=2026-11-20&until=2026-11-20").text.split("<tbody>")[1]
    assert "Nobody looked at anything that fits" in auditor.get("/reads?until=2026-11-19").text
    assert auditor.get("/reads?since=yesterday").status_code == 422


def test_a_long_list_is_paged(site):
    case, nurse = site.open_case(), site.people[Role.NURSE].actor
    for number in range(130):
        site.records.reads.note(case, by=nurse, at=site.clock(), what=f"page {number}")
    auditor = site.client(Role.AUDITOR)
    first = auditor.get("/reads").text
    before = first.split('name="before" value="')[1].split('"')[0]
    second = auditor.get(f"/reads?before={before}").text
    assert "page 129" in first
    assert "page 0<" in second
    assert "page 129" not in second
