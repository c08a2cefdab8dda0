"""May the patient go home, not yet, or not at all? (§7.2, S0-20 to S0-24)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer, either, every
from foramen.pathway.engine import Scope, SignOff, evaluate, read_rules
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Side
from foramen.pathway.findings import Decision, Finding, Question
from foramen.pathway.recovery.observations import Observation, Recovery, Sensation, observation_times

EXPANDING_PAIN_ROUNDS = 3
"""Pain counts as growing when three rounds in a row each rate it higher; our own choice."""


class Destination(StrEnum):
    """Where the patient goes from the recovery room."""

    HOME = "home"
    HOME_WITH_PLAN = "home-with-plan"
    NOT_YET = "not-yet"
    STAY_IN_HOSPITAL = "stay-in-hospital"


class DischargeReport(Facts):
    """The answer with its reasons, `foramen.discharge/1`."""

    schema_: Literal["foramen.discharge/1"] = Field("foramen.discharge/1", alias="schema")
    destination: Destination
    next_round: AwareDatetime | None = Field(description="when to look again; none once the patient may go")
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]


_DESTINATIONS = {
    Decision.PROCEED: Destination.HOME,
    Decision.PROCEED_WITH_PLAN: Destination.HOME_WITH_PLAN,
    Decision.INCOMPLETE: Destination.NOT_YET,
    Decision.DEFER: Destination.NOT_YET,
    Decision.STOP: Destination.STAY_IN_HOSPITAL,
}


def discharge(
    recovery: Recovery, now: datetime, *, diabetic: Answer, sign_offs: Iterable[SignOff] = ()
) -> DischargeReport:
    """Decide whether the patient may go home now; what nobody has looked at keeps them here.

    Parameters
    ----------
    recovery : Recovery
        What was seen and what stands ready.
    now : datetime
        With its time zone; rounds after it are left out.
    diabetic : Answer
        Whether glucose matters.
    """
    found = evaluate(read_rules("discharge"), discharge_facts(recovery, now, diabetic), tuple(sign_offs))
    destination = _DESTINATIONS[found.decision]
    return DischargeReport(
        destination=destination,
        next_round=_next_round(recovery, now) if destination is Destination.NOT_YET else None,
        findings=found.findings,
        questions=found.questions,
    )


def _next_round(recovery: Recovery, now: datetime) -> datetime | None:
    return next((at for at in observation_times(recovery.needle_out_at) if at > now), None)


def discharge_facts(recovery: Recovery, now: datetime, diabetic: Answer) -> Scope:
    """Every fact that a rule of `rules/discharge.toml` may name."""
    rounds = [seen for seen in recovery.in_order if recovery.needle_out_at <= seen.at <= now]
    last = rounds[-1] if rounds else Observation(at=recovery.needle_out_at)
    weaker = {side: weaker_than_before(recovery.before, last, side) for side in Side}
    said = {name: getattr(recovery, name) for name in type(recovery).model_fields}
    return said | {
        "observed_min": (last.at - recovery.needle_out_at) / timedelta(minutes=1),
        "hours_since_needle": (last.at - recovery.needle_out_at) / timedelta(hours=1),
        "legs": tuple(
            {
                "of": f"{side} leg",
                "leg": side.value,
                "weaker_than_before": weaker[side],
                "power": last.leg(side).power,
                "numb": numb(last, side),
            }
            for side in Side
        ),
        "both_legs_weaker": every(weaker.values()),
        "stable": last.stable,
        "site_clean": last.site_clean,
        "pain_is_growing": _pain_is_growing(rounds),
        "wheelchair_and_escort": recovery.wheelchair & recovery.escort_present,
        "restart_confirmed": Answer.of(bool(recovery.restart_confirmed_by)),
        "discharger_named": Answer.of(bool(recovery.discharged_by)),
        "diabetic": diabetic,
        "glucose_mmol_per_l": last.glucose_mmol_per_l,
    }


def weaker_than_before(before: Observation, now: Observation, side: Side) -> Answer:
    """Whether a leg has lost power, or can't be lifted off the bed as it could; numbness alone is not weakness."""
    was, is_now = before.leg(side), now.leg(side)
    lost_lift = was.heel_off_bed & ~is_now.heel_off_bed
    if was.power is None or is_now.power is None:
        return Answer.YES if lost_lift is Answer.YES else Answer.UNKNOWN
    lost_power = Answer.of(is_now.power < was.power)
    return lost_power if lost_lift is Answer.UNKNOWN else either((lost_power, lost_lift))


def numb(now: Observation, side: Side) -> Answer:
    """Whether a leg feels less than it should; it may take up to a day to return (§7.2)."""
    feeling = now.leg(side).sensation
    return Answer.UNKNOWN if feeling is None else Answer.of(feeling is not Sensation.NORMAL)


def _pain_is_growing(rounds: list[Observation]) -> Answer:
    ratings = [seen.pain_nrs for seen in rounds if seen.pain_nrs is not None]
    if not ratings:
        return Answer.UNKNOWN
    last = ratings[-EXPANDING_PAIN_ROUNDS:]
    growing = len(last) == EXPANDING_PAIN_ROUNDS and all(a < b for a, b in pairwise(last))
    return Answer.of(growing)
