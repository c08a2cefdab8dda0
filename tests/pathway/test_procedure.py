"""The order at the table: what may follow what, and the sentences in which everything else is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from foramen.pathway.injectate import fraction, product
from foramen.pathway.procedure import STEPS, Booking, Event, Pattern, Refusal, Stage, State, next_steps, run, step
from foramen.pathway.procedure.order import NEXT

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
BOOKING = Booking(root="L5-left", consent_valid=True, weight_kg=70.0)

LIDOCAINE = {"product": "lidocaine-1", "volume_ml": 1}
DEXAMETHASONE = {"product": "dexamethasone-phosphate", "volume_ml": 1, "dose_mg": 4}
DEPOT = {"product": "depo-medrol", "volume_ml": 1, "dose_mg": 40}
SIGN_IN: dict[str, Any] = {
    "event": "signed-in",
    "identifiers_matched": ["name", "date of birth"],
    "root_on_request": "L5-left",
    "root_on_consent": "L5-left",
    "side_said_by_patient": "left",
    "side_marked": "left",
    "consent_still_given": True,
    "allergies_read_out": True,
}
STOP = {"event": "stop-moment", "root": "L5-left", "mark_seen": True, "operator": "A", "assistant": "B"}
SKIN = {"event": "anaesthetised", "product": "lidocaine-1", "volume_ml": 4}
ADVANCE = {"event": "advanced", "needle": "1", "depth_mm": 60, "image": "2"}
TIP = {"event": "tip-checked", "needle": "1", "root": "L5-left", "image": "3", "in_position": True}
ASPIRATE = {"event": "aspirated", "needle": "1", "found": "nothing"}
CONTRAST: dict[str, Any] = {
    "event": "contrast-given",
    "needle": "1",
    "product": "iohexol-240",
    "volume_ml": 0.3,
    "pattern": "along-root",
    "image": "4",
    "seen_during": True,
    "vessels_checked": True,
}
RELEASE = {"event": "released", "by": "Dr A"}
INJECT: dict[str, Any] = {"event": "injected", "needle": "1", "given": [LIDOCAINE, DEXAMETHASONE], "slowly": True}
CRAMP = {"event": "pain-reported", "kind": "cramping"}
EXTREME = {"event": "pain-reported", "kind": "extreme"}
BEFORE_NEEDLE = [SIGN_IN, {"event": "positioned", "position": "prone"}, {"event": "skin-prepared", "agent": "povidone"}]
TO_TARGET = [*BEFORE_NEEDLE, STOP, SKIN, ADVANCE, TIP, ASPIRATE]
WHOLE = [*TO_TARGET, CONTRAST, RELEASE, INJECT, {"event": "needle-removed"}, {"event": "dressed"}]


def event(told: dict[str, Any], **changes: Any) -> Event:
    return EVENT.validate_json(json.dumps({**told, **changes}))


def after(*told: dict[str, Any], booking: Booking = BOOKING) -> State:
    course = run([event(one) for one in told], booking)
    assert not course.refused, course.refused
    return course.state


def refused(state: State, told: dict[str, Any], booking: Booking = BOOKING, **changes: Any) -> str:
    outcome = step(state, event(told, **changes), booking)
    assert isinstance(outcome, Refusal), outcome
    return outcome.reason


def test_the_whole_procedure_in_its_hard_order() -> None:
    state = after(*WHOLE)
    assert state.stage is Stage.DONE
    assert [one.event for one in state.events] == [one["event"] for one in WHOLE]
    assert next_steps(state) == ()


def test_what_may_follow_each_step_of_the_usual_way() -> None:
    expected = [
        "signed-in abandoned",
        "positioned abandoned",
        "skin-prepared positioned abandoned",
        "stop-moment skin-prepared positioned abandoned",
        "anaesthetised stop-moment skin-prepared positioned abandoned",
        "advanced anaesthetised abandoned",
        "tip-checked advanced anaesthetised needle-removed pain-reported abandoned",
        "aspirated advanced needle-removed pain-reported abandoned",
        "contrast-given contrast-omitted advanced needle-removed pain-reported abandoned",
        "released advanced needle-removed pain-reported abandoned",
        "injected advanced needle-removed pain-reported abandoned",
        "needle-removed injected pain-reported abandoned",
        "dressed abandoned",
        "",
    ]
    assert [" ".join(next_steps(after(*WHOLE[:reached]))) for reached in range(len(WHOLE) + 1)] == expected


@pytest.mark.parametrize("missing", range(len(WHOLE)), ids=[one["event"] for one in WHOLE])
def test_no_step_can_be_left_out(missing: int) -> None:
    left = [event(one) for place, one in enumerate(WHOLE) if place != missing]
    assert run(left, BOOKING).state.stage is not Stage.DONE


def test_every_step_has_words_and_every_stage_a_next_step_or_an_end() -> None:
    for stage in Stage:
        assert stage in NEXT
        assert set(NEXT[stage]) <= set(STEPS)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"identifiers_matched": ["name"]},
            "Identity needs two identifiers that match, such as name and date of birth.",
        ),
        ({"identifiers_matched": ["name", "name"]}, "Identity needs two identifiers"),
        ({"consent_still_given": False}, "There is no valid consent"),
        ({"root_on_request": "L5-right"}, "Wrong side: the request says L5-right, the plan is for L5-left."),
        ({"root_on_consent": "L4-left"}, "Wrong level: the consent says L4-left, the plan is for L5-left."),
        (
            {"side_said_by_patient": "right"},
            "The patient says right, the plan says left: stop until the side is settled.",
        ),
        ({"side_marked": "right"}, "The mark is on right, the plan says left"),
        ({"allergies_read_out": False}, "The allergies have not been read out."),
    ],
)
def test_sign_in_is_refused(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(State(), SIGN_IN, **changes)


def test_without_a_valid_consent_nothing_begins() -> None:
    assert "There is no valid consent" in refused(State(), SIGN_IN, BOOKING.model_copy(update={"consent_valid": False}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"root": "L5-right"}, "Wrong side: the team says L5-right, the plan is for L5-left."),
        ({"mark_seen": False}, "The mark has not been seen in the field"),
        ({"assistant": "A"}, "The stop moment needs two people."),
    ],
)
def test_the_stop_moment_is_refused(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(after(*BEFORE_NEEDLE), STOP, **changes)


@pytest.mark.parametrize("needle", [SKIN, ADVANCE, TIP, ASPIRATE, CONTRAST])
def test_no_needle_before_the_stop_moment(needle: dict[str, Any]) -> None:
    for reached in range(len(BEFORE_NEEDLE) + 1):
        assert "No needle before the stop moment." in refused(after(*BEFORE_NEEDLE[:reached]), needle)


def test_the_stop_moment_is_immediately_before_the_needle() -> None:
    moved = after(*BEFORE_NEEDLE, STOP, {"event": "positioned", "position": "prone-oblique"})
    assert "No needle before the stop moment." in refused(moved, SKIN)


@pytest.mark.parametrize("reached", range(len(TO_TARGET) + 1))
def test_no_steroid_before_contrast(reached: int) -> None:
    reason = refused(after(*TO_TARGET[:reached]), INJECT)
    assert "No medicine before contrast has shown this needle, where it is now, beside the root." in reason


def test_contrast_along_the_root_still_waits_for_a_named_clinician() -> None:
    assert "no named clinician has released" in refused(after(*TO_TARGET, CONTRAST), INJECT)


@pytest.mark.parametrize(
    ("pattern", "following"),
    [
        ("vascular-arterial", ("needle-removed", "pain-reported", "abandoned")),
        ("intrathecal", ("needle-removed", "pain-reported", "abandoned")),
        ("intraneural", ("withdrawn", "needle-removed", "pain-reported", "abandoned")),
        ("vascular-venous", ("advanced", "needle-removed", "pain-reported", "abandoned")),
        ("vascular-unknown", ("needle-removed", "pain-reported", "abandoned")),
        ("epidural-only", ("advanced", "needle-removed", "pain-reported", "abandoned")),
        ("elsewhere", ("advanced", "needle-removed", "pain-reported", "abandoned")),
        ("uncertain", ("contrast-given", "advanced", "needle-removed", "pain-reported", "abandoned")),
    ],
)
def test_what_follows_each_pattern(pattern: str, following: tuple[str, ...]) -> None:
    state = after(*TO_TARGET, {**CONTRAST, "pattern": pattern})
    assert state.stage is Stage.READ
    assert next_steps(state) == following
    assert state.verdict_reason in refused(state, RELEASE)
    assert state.verdict_reason in refused(state, INJECT)


def test_blood_moves_the_needle_and_spinal_fluid_ends_it() -> None:
    blood = after(*TO_TARGET[:-1], {**ASPIRATE, "found": "blood"})
    assert next_steps(blood)[0] == "advanced"
    assert "Blood comes back: move the needle" in refused(blood, CONTRAST)
    fluid = after(*TO_TARGET[:-1], {**ASPIRATE, "found": "csf"})
    assert next_steps(fluid) == ("needle-removed", "pain-reported", "abandoned")
    for told in (CONTRAST, INJECT, ADVANCE, RELEASE):
        assert "Spinal fluid comes back: no steroid and no local anaesthetic" in refused(fluid, told)


def test_a_mixture_that_crystallises_is_not_injected() -> None:
    state = after(*TO_TARGET, CONTRAST, RELEASE)
    ropivacaine = {"product": "ropivacaine-0-2", "volume_ml": 1}
    reason = refused(state, INJECT, given=[ropivacaine, DEXAMETHASONE])
    assert "ropivacaine with dexamethasone sodium phosphate makes crystals" in reason
    assert not isinstance(step(state, event(INJECT, given=[ropivacaine]), BOOKING), Refusal)


def test_contrast_in_the_medicine_must_be_fit_for_the_sac_too() -> None:
    given_with = [LIDOCAINE, {"product": "gadolinium", "volume_ml": 0.2}]
    assert "could enter the thecal sac" in refused(after(*TO_TARGET, CONTRAST, RELEASE), INJECT, given=given_with)


@pytest.mark.parametrize("unseen", ["seen_during", "vessels_checked"])
def test_a_late_or_narrow_look_at_the_contrast_is_repeated(unseen: str) -> None:
    state = after(*TO_TARGET, {**CONTRAST, unseen: False})
    assert next_steps(state)[0] == "contrast-given"
    assert refused(state, RELEASE)


def test_a_needle_that_moved_after_the_contrast_has_shown_nothing() -> None:
    for moved in ([*TO_TARGET, CONTRAST, ADVANCE], [*TO_TARGET, CONTRAST, RELEASE, ADVANCE]):
        assert "where it is now" in refused(after(*moved), INJECT)


def test_contrast_and_medicine_go_through_the_same_needle() -> None:
    assert "Needle 2 is not the needle that was checked (1)" in refused(after(*TO_TARGET), CONTRAST, needle="2")
    assert "Needle 2 is not the needle that was checked (1)" in refused(
        after(*TO_TARGET, CONTRAST, RELEASE), INJECT, needle="2"
    )


@pytest.mark.parametrize("reached", range(6, 12))
def test_extreme_pain_stops_everything_until_the_needle_is_withdrawn(reached: int) -> None:
    state = after(*WHOLE[:reached], EXTREME)
    assert next_steps(state) == ("withdrawn", "needle-removed", "pain-reported", "abandoned")
    assert "the needle may be in the root: nothing is injected there" in refused(state, INJECT)
    assert "withdrawn means less deep than that" in refused(state, {"event": "withdrawn", "depth_mm": 60})
    back = after(*WHOLE[:reached], EXTREME, {"event": "withdrawn", "depth_mm": 59.9})
    assert "No medicine before contrast" in refused(back, INJECT)


def test_cramping_pain_waits_and_then_goes_on_more_slowly() -> None:
    waiting = after(*TO_TARGET, CRAMP)
    assert "The patient has cramping pain: nothing goes in until it has eased." in refused(waiting, CONTRAST)
    eased = after(*TO_TARGET, CRAMP, {"event": "waited"})
    assert "Inject slowly" in refused(eased, CONTRAST)
    assert not isinstance(step(eased, event(CONTRAST, slowly=True), BOOKING), Refusal)


def test_waiting_does_not_undo_extreme_pain() -> None:
    assert next_steps(after(*TO_TARGET, EXTREME, CRAMP))[0] == "withdrawn"


def test_medicine_is_always_injected_slowly() -> None:
    assert "Inject slowly" in refused(after(*TO_TARGET, CONTRAST, RELEASE), INJECT, slowly=False)


def test_contrast_is_left_out_only_for_a_reason_on_record() -> None:
    omit = {"event": "contrast-omitted", "reason": "severe reaction"}
    assert "only for a contraindication that was on record" in refused(after(*TO_TARGET), omit)
    booking = BOOKING.model_copy(update={"contrast_contraindication": "severe reaction to two agents"})
    state = after(*TO_TARGET, omit, RELEASE, booking=booking)
    assert "counts as particulate, and no contrast was given" in refused(state, INJECT, booking, given=[DEPOT])
    assert not isinstance(step(state, event(INJECT), booking), Refusal)
    assert "A reason against contrast is on record" in refused(after(*TO_TARGET, booking=booking), CONTRAST, booking)


def test_a_recalled_non_particulate_counts_as_particulate_until_signed_on() -> None:
    omit = {"event": "contrast-omitted", "reason": "severe reaction"}
    phosphate = [{"product": "betamethasone-phosphate", "volume_ml": 1, "dose_mg": 3}]
    booking = BOOKING.model_copy(update={"contrast_contraindication": "severe reaction"})
    state = after(*TO_TARGET, omit, RELEASE, booking=booking)
    assert "counts as particulate" in refused(state, INJECT, booking, given=phosphate)
    signed = booking.model_copy(update={"signed": frozenset({"PRODUCT-betamethasone-phosphate"})})
    assert not isinstance(step(state, event(INJECT, given=phosphate), signed), Refusal)


@pytest.mark.parametrize(
    ("told", "changes", "agent"),
    [
        (BEFORE_NEEDLE[:2], {"event": "skin-prepared", "agent": "Chlorhexidine"}, "chlorhexidine"),
        ([*BEFORE_NEEDLE, STOP], SKIN, "lidocaine"),
        (TO_TARGET, CONTRAST, "iohexol"),
        ([*TO_TARGET, CONTRAST, RELEASE], INJECT, "dexamethasone"),
    ],
)
def test_what_the_patient_is_allergic_to_is_not_given(told: list[Any], changes: dict[str, Any], agent: str) -> None:
    booking = BOOKING.model_copy(update={"allergic_to": (agent.upper(),)})
    assert f"The patient is allergic to {agent}." in refused(after(*told), changes, booking).replace("Chlor", "chlor")


def test_the_running_total_of_anaesthetic_stops_at_the_largest_dose() -> None:
    state = after(*BEFORE_NEEDLE, STOP, SKIN)
    assert "summed over agents" in refused(state, SKIN, volume_ml=17.01)
    assert not isinstance(step(state, event(SKIN, volume_ml=17), BOOKING), Refusal)


def test_what_was_given_at_another_root_counts_too() -> None:
    first = after(*WHOLE)
    booking = BOOKING.model_copy(update={"root": "L4-left", "anaesthetic_before": first.anaesthetic})
    sign_in = {**SIGN_IN, "root_on_request": "L4-left", "root_on_consent": "L4-left"}
    state = after(sign_in, *BEFORE_NEEDLE[1:], {**STOP, "root": "L4-left"}, booking=booking)
    assert "summed over agents" in refused(state, SKIN, booking, volume_ml=16.01)


@pytest.mark.parametrize("name", ["iohexol-350", "iohexol-140", "gadolinium", "isovue-m-200"])
def test_contrast_that_must_not_enter_the_sac_is_refused(name: str) -> None:
    assert "where it could enter the thecal sac" in refused(after(*TO_TARGET), CONTRAST, product=name)


def test_what_the_catalogue_does_not_know_is_not_given() -> None:
    assert "The product catalogue has no 'iohexol-270'" in refused(after(*TO_TARGET), CONTRAST, product="iohexol-270")
    assert "is not a contrast agent" in refused(after(*TO_TARGET), CONTRAST, product="saline")
    assert "is not a local anaesthetic" in refused(after(*BEFORE_NEEDLE, STOP), SKIN, product="saline")


def test_the_tip_is_at_the_right_root_and_in_position() -> None:
    state = after(*TO_TARGET[:-2])
    assert "Wrong side: the image shows the tip at L5-right" in refused(state, TIP, root="L5-right")
    assert "not where it should be" in refused(state, TIP, in_position=False)


@pytest.mark.parametrize("reached", range(len(WHOLE) - 1))
def test_the_patient_may_end_it_at_any_moment(reached: int) -> None:
    end = {"event": "abandoned", "by": "patient", "reason": "has changed his mind"}
    state = after(*WHOLE[:reached], end)
    if state.needle_is_in:
        assert next_steps(state)[0] == "needle-removed"
        assert "ended early" in refused(state, ADVANCE)
        state = after(*WHOLE[:reached], end, {"event": "needle-removed"}, {"event": "dressed"})
    assert state.stage is Stage.ABANDONED


EVENTS = st.sampled_from(
    [
        *WHOLE,
        CRAMP,
        EXTREME,
        {"event": "waited"},
        {"event": "withdrawn", "depth_mm": 50},
        {"event": "contrast-omitted", "reason": "allergy"},
        {**CONTRAST, "slowly": True},
        *({**CONTRAST, "pattern": pattern.value} for pattern in Pattern),
        {**CONTRAST, "seen_during": False},
        {**ASPIRATE, "found": "blood"},
        {**ASPIRATE, "found": "csf"},
        {**CONTRAST, "needle": "2"},
        {**ADVANCE, "needle": "2"},
        {**TIP, "needle": "2"},
        {**ASPIRATE, "needle": "2"},
        {**INJECT, "needle": "2"},
        {**INJECT, "given": [DEPOT]},
        {**SKIN, "volume_ml": 12},
        {**STOP, "root": "L5-right"},
        {"event": "abandoned", "by": "clinician", "reason": "equipment"},
    ]
)
RUNS = st.tuples(st.integers(0, len(WHOLE)), st.lists(EVENTS, max_size=25), st.booleans())


def played(plan: tuple[int, list[dict[str, Any]], bool]) -> tuple[State, Booking]:
    reached, more, may_omit = plan
    reason = "severe reaction" if may_omit else None
    booking = BOOKING.model_copy(update={"contrast_contraindication": reason})
    return run([event(one) for one in [*WHOLE[:reached], *more]], booking).state, booking


@settings(max_examples=600, deadline=None)
@given(RUNS)
def test_no_medicine_ever_passes_before_contrast_along_the_root_through_the_unmoved_needle(
    plan: tuple[int, list[dict[str, Any]], bool],
) -> None:
    state, booking = played(plan)
    kept = [one.model_dump(mode="json") for one in state.events]
    for place, one in enumerate(kept):
        if one["event"] != "injected":
            continue
        moved = max((i for i in range(place) if kept[i]["event"] in ("advanced", "withdrawn")), default=-1)
        seen = [
            c
            for c in kept[moved + 1 : place]
            if c["event"] == "contrast-given"
            and c["pattern"] == "along-root"
            and c["seen_during"]
            and c["vessels_checked"]
            and c["needle"] == one["needle"]
        ]
        omitted = [c for c in kept[moved + 1 : place] if c["event"] == "contrast-omitted"]
        particulate = any(product(given["product"]).counts_as_particulate() for given in one["given"])
        assert seen or (omitted and booking.contrast_contraindication and not particulate)
        assert any(c["event"] == "released" for c in kept[moved + 1 : place])
        assert not any(c.get("found") in ("blood", "csf") for c in kept[moved + 1 : place])
        assert kept[moved]["needle"] == one["needle"] if kept[moved]["event"] == "advanced" else True


@settings(max_examples=300, deadline=None)
@given(RUNS)
def test_whatever_happens_no_needle_precedes_the_stop_moment_and_no_dose_the_largest(
    plan: tuple[int, list[dict[str, Any]], bool],
) -> None:
    state, booking = played(plan)
    names = [one.event for one in state.events]
    for needle in ("anaesthetised", "advanced", "contrast-given", "injected"):
        if needle in names:
            assert "stop-moment" in names[: names.index(needle)]
    if "stop-moment" in names and "anaesthetised" in names:
        assert names[names.index("anaesthetised") - 1] == "stop-moment"
    assert fraction(state.anaesthetic, booking.build) <= 1.0


@settings(max_examples=300, deadline=None)
@given(RUNS)
def test_the_allowed_steps_are_exactly_those_that_order_alone_does_not_refuse(
    plan: tuple[int, list[dict[str, Any]], bool],
) -> None:
    state, booking = played(plan)
    for one in [*WHOLE, CRAMP, {"event": "waited"}, {"event": "abandoned", "by": "patient", "reason": "no"}]:
        outcome = step(state, event(one), booking)
        if not isinstance(outcome, Refusal):
            assert one["event"] in next_steps(state)
            assert outcome.events == (*state.events, event(one))
        else:
            assert outcome.reason.endswith(".")
