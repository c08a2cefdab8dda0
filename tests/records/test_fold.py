"""What events add up to: the same case from the same events, stage by stage, corrections out, approvals exact."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest

from foramen.errors import InputError
from foramen.pathway.followup import Entry
from foramen.pathway.recovery import Recovery
from foramen.planning.plan import Clearance, Needle, Route, SkinMark
from foramen.records import Actor, Case, Event, Role, Stage, fold
from foramen.records import events as e
from foramen.records.events import read_content
from support.record_path import BEGINS, PATIENT, Step, whole_path

ME = Actor(name="Dr. Ruth Weiss", role=Role.RADIOLOGIST)
ROOT, OTHER = "L5-right", "L4-right"
PLAN, NEW_PLAN, ANATOMY = "a" * 64, "b" * 64, "c" * 64


def history(*contents: e.Content, roots: tuple[str, ...] = (ROOT,)) -> tuple[Event, ...]:
    """Events of one case; hashes have no part in what they add up to."""
    everything = (e.CaseOpened(patient=PATIENT, roots=roots), *contents)
    return tuple(
        Event.model_validate(
            {
                "position": number,
                "case_id": "case",
                "number": number,
                "at": BEGINS + timedelta(minutes=number),
                "by": ME,
                "software": "foramen 0",
                "content": content,
                "hash": "",
                "seal": "",
            }
        )
        for number, content in enumerate(everything, start=1)
    )


def folded(*contents: e.Content, roots: tuple[str, ...] = (ROOT,)) -> Case:
    return fold(history(*contents, roots=roots))


def state(case: Case) -> dict[str, object]:
    """Everything about a case but its history and when it changed."""
    return case.model_dump(exclude={"version", "changed_at", "history", "corrected"})


def stored() -> "itertools.count[int]":
    return itertools.count()


@pytest.fixture(scope="module")
def path() -> Sequence[Step]:
    numbers = stored()
    return whole_path(lambda content: f"{next(numbers):064x}")


def test_a_new_case_waits_for_its_referral() -> None:
    case = folded()

    assert (case.id, case.version, case.stage) == ("case", 1, Stage.REFERRED)
    assert (case.patient, case.roots, case.waits_for) == (PATIENT, (ROOT,), "the referral's details")


def test_events_that_begin_otherwise_are_no_case() -> None:
    with pytest.raises(InputError, match="opening"):
        fold(())
    with pytest.raises(InputError, match="opening"):
        fold(history(e.Noted(text="a"))[1:])


def test_every_step_of_a_whole_path_is_told_rightly(path: Sequence[Step]) -> None:
    contents: list[e.Content] = []
    for step in path:
        contents += step.contents
        case = folded(*contents)
        assert (case.stage, case.waits_for) == (step.stage, step.waits_for), step.contents[0].kind


def test_a_whole_path_is_all_there(path: Sequence[Step]) -> None:
    case = folded(*(content for step in path for content in step.contents))

    assert case.closed
    assert case.consents[ROOT].given
    assert case.approvals[ROOT].route_id == "r1"
    assert case.scan(e.Purpose.PLANNING) is not None
    assert case.scan(e.Purpose.CONTROL) is None
    assert case.procedures[ROOT][-1].event == "dressed"
    assert case.needle_out_at == next(s.at for s in case.procedures[ROOT] if s.event == "needle-removed")
    assert isinstance(case.recovery, Recovery)
    assert len(case.recovery.rounds) == len(case.observations) > 2
    assert len(case.diary) == 5
    assert case.outcomes[ROOT].block_report is not None


def test_every_content_reads_back_as_it_was(path: Sequence[Step]) -> None:
    for content in (content for step in path for content in step.contents):
        assert read_content(content.model_dump_json(by_alias=True)) == content


def test_the_same_events_give_the_same_case(path: Sequence[Step]) -> None:
    contents = [content for step in path for content in step.contents]

    assert folded(*contents) == folded(*contents)


def test_whatever_comes_is_history_and_one_version_more(path: Sequence[Step]) -> None:
    contents = [content for step in path for content in step.contents]

    for length in range(len(contents)):
        case = folded(*contents[:length])
        assert case.version == length + 1 == len(case.history)


def test_a_correction_takes_exactly_one_event_out(path: Sequence[Step]) -> None:
    """Correcting an event gives the case that had never had it; correcting that brings the event back."""
    contents = [content for step in path[:-1] for content in step.contents]
    for number in range(2, len(contents) + 2):
        out = e.Corrected(number=number, reason="wrong patient")
        without = [content for n, content in enumerate(contents, start=2) if n != number]
        corrected = folded(*contents, out)
        assert state(corrected) == state(folded(*without)), contents[number - 2].kind
        assert corrected.corrected == {number}
        assert corrected.history[number - 1].content == contents[number - 2]
        back = folded(*contents, out, e.Corrected(number=len(contents) + 2, reason="it was right"))
        assert state(back) == state(folded(*contents))


def test_a_new_plan_ends_every_approval() -> None:
    planned, again = e.Planned(plan=PLAN, anatomy=ANATOMY), e.Planned(plan=NEW_PLAN, anatomy=ANATOMY)
    approved = e.PlanApproved(plan=PLAN, root=ROOT, route_id="r1")

    assert ROOT in folded(planned, approved).approvals
    assert not folded(planned, approved, again).approvals
    assert not folded(planned, again, approved).approvals, "an approval of the plan before is none of this one"


def test_a_moved_route_ends_the_approval_of_its_own_root() -> None:
    planned = e.Planned(plan=PLAN, anatomy=ANATOMY)
    approvals = [e.PlanApproved(plan=PLAN, root=root, route_id="r1") for root in (ROOT, OTHER)]
    moved = e.RouteMoved(root=ROOT, route=ROUTE, checks=("4 mm to bone",))

    case = folded(planned, *approvals, moved, roots=(ROOT, OTHER))

    assert set(case.approvals) == {OTHER}
    assert case.moved[ROOT].route == ROUTE
    assert ROOT in folded(planned, moved, approvals[0]).approvals
    assert not folded(planned, moved, e.Planned(plan=NEW_PLAN, anatomy=ANATOMY)).moved


def test_a_plan_before_the_consent_does_not_make_a_case_ready(path: Sequence[Step]) -> None:
    contents = [content for step in path for content in step.contents if not isinstance(content, e.Consented)]
    upto = next(n for n, content in enumerate(contents) if isinstance(content, e.ProcedureStep))

    case = folded(*contents[:upto])

    assert (case.stage, case.waits_for) == (Stage.SCREENING, "consent for L5 RIGHT")


def test_a_changed_referral_asks_for_screening_again(path: Sequence[Step]) -> None:
    contents = [content for step in path[:4] for content in step.contents]
    referral = next(content for content in contents if isinstance(content, e.ReferralRecorded))

    case = folded(*contents, referral)

    assert case.stage is Stage.SCREENING
    assert case.waits_for == "screening again: the referral has changed since"


def test_a_withdrawn_consent_is_none(path: Sequence[Step]) -> None:
    contents = [content for step in path[:4] for content in step.contents]
    given = contents[-1]
    assert isinstance(given, e.Consented)
    ended = given.model_copy(update={"consent": given.consent.model_copy(update={"withdrawn_at": BEGINS})})

    assert folded(*contents).stage is Stage.READY
    assert folded(*contents, ended).waits_for == "consent for L5 RIGHT"


def test_the_referrals_roots_are_the_ones_that_count(path: Sequence[Step]) -> None:
    assert folded(*path[0].contents, roots=("L3-left",)).roots == (ROOT,)


def test_stopping_and_going_on() -> None:
    stopped = e.Stopped(reason="the pain has gone")

    assert folded(stopped).stage is Stage.STOPPED
    assert folded(stopped, e.Reopened(reason="it is back")).stage is Stage.REFERRED
    assert folded(e.Closed()).stage is Stage.FINISHED


def test_a_corrected_identity_is_the_patients() -> None:
    right = PATIENT.model_copy(update={"name": "Right, Name"})

    assert folded(e.IdentityCorrected(patient=right, reason="spelling")).patient == right


def test_a_revoked_link_is_gone() -> None:
    links = [e.DiaryInvited(link=name, until=BEGINS) for name in ("one", "two")]

    case = folded(*links, e.DiaryLinkRevoked(link="one", reason="telephone lost"))

    assert [link.link for link in case.diary_links] == ["two"]


def test_a_diary_entry_sent_twice_counts_once() -> None:
    entry = Entry(at=BEGINS, leg_nrs=3)
    sent = e.DiaryAnswered(entry=entry, key="k1")

    assert folded(sent, sent).diary == (entry,)
    assert folded(sent, sent.model_copy(update={"key": "k2"})).diary == (entry, entry)
    assert folded(*[e.DiaryAnswered(entry=entry)] * 2).diary == (entry, entry)


def test_the_last_of_a_kind_says_who_and_when() -> None:
    case = folded(e.Noted(text="a"), e.Noted(text="b"), e.Corrected(number=3, reason="x"))

    last = case.last(e.Noted)
    assert last is not None
    assert (last.number, last.by) == (2, ME)
    assert case.last(e.Closed) is None


ROUTE = Route.model_validate(
    {
        "id": "r1",
        "approach": "periradicular",
        "recommended": True,
        "entry_mm": (1.0, 2.0, 3.0),
        "target_mm": (4.0, 5.0, 6.0),
        "depth_mm": 80.0,
        "axial_angle_deg": 20.0,
        "craniocaudal_angle_deg": 1.0,
        "clearance_mm": Clearance(bone=4.0, thecal_sac=9.0, vessel=None, organ=None, lung=None),
        "tolerance_deg": 3.0,
        "success_probability": 0.8,
        "needle": Needle(gauge=22, length_mm=120.0),
        "skin": SkinMark(lateral_of_midline_mm=60.0, slice_index=30, z_mm=3.0),
        "costs": {"total": 0.2},
    }
)
