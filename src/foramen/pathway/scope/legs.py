"""The legs and the red flags, by the names that the rules use."""

from foramen.pathway.engine import Scope
from foramen.pathway.facts.examination import Leg
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.vocabulary import Movement, Side
from foramen.pathway.localisation.signs import signs_on


def leg_scope(referral: Referral) -> Scope:
    """Both legs, movement by movement, and the red flags."""
    flags = referral.examination.red_flags
    return {
        "legs": tuple(_leg(side, referral.examination.leg(side)) for side in Side),
        "saddle_numbness": flags.saddle_numbness,
        "bladder_bowel_or_sexual_change": flags.bladder_bowel_or_sexual_change,
        "deficit_in_both_legs": flags.deficit_in_both_legs,
        "red_flag_days": flags.days,
        "residual_measured": flags.residual_measured,
        "post_void_residual_ml": flags.post_void_residual_ml,
        "cord_compression_signs": flags.cord_compression_signs,
    }


def _leg(side: Side, leg: Leg) -> Scope:
    whose = f"the {side} leg"
    weak = [sign for sign in signs_on(leg) if sign.kind == "power"]
    return {
        "of": whose,
        "leg_side": side.value,
        "dorsiflexion_grade": leg.power.get(Movement.ANKLE_DORSIFLEXION),
        "weak_movements": ", ".join(f"{sign.what} {leg.power[Movement(sign.what)]}" for sign in weak).replace("-", " "),
        "weakness_course": leg.weakness_course.value,
        "weakness_days": leg.weakness_days,
        "movements": tuple(
            {
                "of": f"{movement.replace('-', ' ')} in {whose}",
                "movement": movement.value,
                "mrc_grade": leg.power.get(movement),
            }
            for movement in Movement
        ),
    }
