"""The worklist shows each case as its events tell it, finds it by any beginning of a word, and pages without a gap."""

from datetime import date, datetime, timedelta
from itertools import chain, count

import pytest

from foramen.errors import UsageError
from foramen.records import Actor, Records, Role, Stage
from foramen.records.events import CaseOpened, Closed, Identity, IdentityCorrected, Noted

PEOPLE = {
    "anna": ("Müller-Lüdenscheid, Änne Anna", date(1961, 4, 5), "KH-004711"),
    "jose": ("García Márquez, José", date(1927, 3, 6), "KH-004712"),
    "otto": ("Strauß, Otto", date(1961, 4, 5), "KH-104711"),
    "obrien": ("O'Brien, Anna", date(1990, 12, 31), ""),
    "long": ("Nguyễn, Thị Minh", date(2001, 1, 1), "7"),
}


@pytest.fixture
def ids(records: Records, nurse: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Five people, opened a minute apart, whose case numbers begin like nothing that is searched for."""
    numbers = (f"zz{place:02}-zz9z-zz9z" for place in count(1))
    monkeypatch.setattr("foramen.records.records.new_id", lambda: next(numbers))
    opened = {}
    for minute, (key, (name, born, number)) in enumerate(PEOPLE.items()):
        content = CaseOpened(patient=Identity(name=name, born=born, number=number), roots=("L5-left", "S1-left"))
        opened[key] = records.open_case(content, by=nurse, at=now + timedelta(minutes=minute))
    return opened


def found(records: Records, search: str, stage: Stage | None = None) -> set[str]:
    return {line.case_id for line in records.worklist(search=search, stage=stage).lines}


def test_a_line_says_what_a_case_waits_for(records: Records, ids: dict[str, str], now: datetime) -> None:
    (line,) = records.worklist(search="strauss").lines

    assert (line.case_id, line.name, line.born, line.number) == (ids["otto"], *PEOPLE["otto"])
    assert line.roots == ("L5-left", "S1-left")
    assert (line.stage, line.waits_for, line.next_role) == (Stage.REFERRED, "the referral's details", Role.NURSE)
    assert line.opened_at == line.changed_at == now + timedelta(minutes=2)
    assert line.version == 1
    assert line.starts_at is None


def test_the_last_changed_comes_first(records: Records, ids: dict[str, str], nurse: Actor, now: datetime) -> None:
    records.append(ids["anna"], after=1, contents=[Noted(text="a")], by=nurse, at=now + timedelta(hours=1))

    assert [line.case_id for line in records.worklist().lines] == [
        ids[key] for key in ("anna", "long", "obrien", "otto", "jose")
    ]


@pytest.mark.parametrize(
    ("search", "who"),
    [
        ("müller", {"anna"}),
        ("MULLER", {"anna"}),
        ("mueller", {"anna"}),
        ("lud", {"anna"}),
        ("ann", {"anna", "obrien"}),
        ("anna m", {"anna"}),
        ("m anna", {"anna"}),
        ("strauss", {"otto"}),
        ("STRAUß", {"otto"}),
        ("garcia", {"jose"}),
        ("Josè", {"jose"}),
        ("o'brien", {"obrien"}),
        ("brien", {"obrien"}),
        ("nguyen thi", {"long"}),
        ("004711", {"anna"}),
        ("KH-004711", {"anna"}),
        ("kh004711", {"anna"}),
        ("kh", {"anna", "jose", "otto"}),
        ("19610405", {"anna", "otto"}),
        ("05041961", {"anna", "otto"}),
        ("5.4.1961", {"anna", "otto"}),
        ("1961-04-05 otto", {"otto"}),
        ("1990", {"obrien"}),
        ("zebra", set()),
        ("anna zebra", set()),
        ("%", {"anna", "jose", "otto", "obrien", "long"}),
        ("_nna", set()),
    ],
)
def test_a_case_is_found_by_the_beginnings_of_its_words(
    records: Records, ids: dict[str, str], search: str, who: set[str]
) -> None:
    assert found(records, search) == {ids[key] for key in who}


def test_a_case_is_found_by_its_own_number(records: Records, ids: dict[str, str]) -> None:
    for number in (ids["jose"], ids["jose"].replace("-", ""), ids["jose"].upper(), ids["jose"][:9]):
        assert found(records, number) == {ids["jose"]}


def test_stage_and_search_go_together(records: Records, ids: dict[str, str], nurse: Actor, now: datetime) -> None:
    records.append(ids["otto"], after=1, contents=[Closed()], by=nurse, at=now)

    assert found(records, "", Stage.FINISHED) == {ids["otto"]}
    assert found(records, "196", Stage.FINISHED) == {ids["otto"]}
    assert found(records, "196", Stage.REFERRED) == {ids["anna"]}
    counted = records.counts()
    assert set(counted) == set(Stage)
    assert counted[Stage.FINISHED] == 1
    assert counted[Stage.REFERRED] == 4
    assert sum(counted.values()) == 5


def test_a_corrected_name_is_found_and_the_wrong_one_no_more(
    records: Records, ids: dict[str, str], nurse: Actor, now: datetime
) -> None:
    right = Identity(name="Quast, Otto", born=date(1961, 4, 5), number="1")
    records.append(ids["otto"], after=1, contents=[IdentityCorrected(patient=right, reason="x")], by=nurse, at=now)

    assert found(records, "quast") == {ids["otto"]}
    assert not found(records, "strauss")


@pytest.mark.parametrize("search", ["", "ann", "kh", "19"])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 50])
def test_pages_follow_without_gap_or_repetition(
    records: Records, ids: dict[str, str], search: str, limit: int, nurse: Actor, now: datetime
) -> None:
    for _ in range(3):  # more of the same name, at the same moment
        name = Identity(name="Ann Annabel Anna, Anneliese", born=date(1919, 1, 9), number="KH-19")
        records.open_case(CaseOpened(patient=name), by=nurse, at=now)
    everything = [line.case_id for line in records.worklist(search=search).lines]

    pages, after = [], None
    while True:
        page = records.worklist(search=search, after=after, limit=limit)
        pages.append([line.case_id for line in page.lines])
        if (after := page.next) is None:
            break

    assert list(chain.from_iterable(pages)) == everything
    assert len(everything) == len(set(everything)) >= 3
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1]


@pytest.mark.parametrize("cursor", ["", "x", "[]", '["a"]', '{"a": 1}', "12"])
def test_a_page_that_never_was_is_refused(records: Records, ids: dict[str, str], cursor: str) -> None:
    with pytest.raises(UsageError, match="begin at its first page"):
        records.worklist(after=cursor)
