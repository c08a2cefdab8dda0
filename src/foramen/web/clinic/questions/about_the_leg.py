"""The topics about the leg and the back: the complaint, the examination, the pictures."""

from dataclasses import replace

from foramen.pathway.facts import Cause, Extent, Interspace, Modality, Movement, Reflex, Side, Zone
from foramen.web.clinic.questions.fields import Field, Rows, Shortcut, Topic, choice, date, number, spelt, yes_no

COMPLAINT = Topic(
    "complaint",
    "What brings the patient?",
    (
        yes_no("complaint.radicular_leg_pain", "radicular_leg_pain"),
        yes_no("complaint.neurogenic_claudication", "neurogenic_claudication"),
        number("complaint.duration_weeks", "For how long has the pain been there?", "weeks", "duration_weeks"),
        number("complaint.pain_nrs", "How strong is the pain, 0 to 10?", "of 10"),
        number(
            "complaint.conservative_care_weeks",
            "For how long has the patient had conservative care?",
            "weeks",
            "conservative_care_weeks",
        ),
        yes_no("complaint.awaits_decompression", "awaits_decompression"),
        yes_no("complaint.wishes_to_avoid_surgery", "wishes_to_avoid_surgery"),
    ),
)

WHERE = Topic(
    "pain-drawing",
    "Where does it hurt?",
    (),
    page="pain-drawing",
    also_asked_by=frozenset({"side_fits", "symptoms_fit"}),
)
"""Answered on the body map, not on a form."""

_GRADES = tuple((str(grade), str(grade)) for grade in range(5, -1, -1))
_COURSES = spelt(("new", "worsening", "stable", "improving"))
_REFLEXES = spelt(reflex for reflex in Reflex if reflex is not Reflex.UNKNOWN)


def _power(side: Side) -> tuple[Field, ...]:
    return tuple(
        choice(
            f"examination.{side}.power.{movement}",
            f"{movement.replace('-', ' ').capitalize()}, {side} leg",
            _GRADES,
            "mrc_grade",
            "dorsiflexion_grade",
        )
        for movement in Movement
    )


def _rest(side: Side) -> tuple[Field, ...]:
    leg = f"examination.{side}"
    return (
        choice(
            f"{leg}.weakness_course",
            f"Is the weakness in the {side} leg new, worsening, stable or improving?",
            _COURSES,
            "weakness_course",
            unknown="unknown",
        ),
        number(f"{leg}.weakness_days", f"How old is the weakness in the {side} leg?", "days"),
        choice(f"{leg}.knee_reflex", f"Knee reflex, {side}", _REFLEXES, unknown="unknown"),
        choice(f"{leg}.ankle_reflex", f"Ankle reflex, {side}", _REFLEXES, unknown="unknown"),
        yes_no(f"{leg}.straight_leg_raise_positive", words=f"Does raising the straight {side} leg bring on the pain?"),
        yes_no(f"{leg}.femoral_stretch_positive", words=f"Does stretching the {side} femoral nerve bring on the pain?"),
    )


_BY_LEG = tuple(tuple(replace(part, whose=f"{side} leg") for part in (*_power(side), *_rest(side))) for side in Side)
_PARTS = tuple(part for both in zip(*_BY_LEG, strict=True) for part in both)
"""Left and right of each beside one another, so that the eye compares."""

_FULL = {side: {field.path: "5" for field in _power(side)} for side in Side}

LEGS = Topic(
    "legs",
    "What did the examination of the legs show?",
    _PARTS,
    shortcuts=tuple(
        Shortcut(f"full-power-{side}", f"All five movements of the {side} leg were tested: power 5", _FULL[side])
        for side in Side
    ),
)

_FINDINGS = Rows(
    "findings",
    "Findings",
    (
        choice("interspace", "Interspace", tuple((name.value, name.value) for name in Interspace)),
        choice("side", "Side", (("left", "Left"), ("right", "Right"), ("both", "Both, or midline"))),
        choice("zone", "Where", spelt(Zone)),
        choice("cause", "What", spelt(Cause)),
        choice("extent", "How marked", spelt(Extent), "extent"),
        yes_no("touches_root", words="Does it touch the root?"),
    ),
    one="finding",
    none="Nothing that could press on a root",
    asked_by=frozenset({"findings", "imaging_fits", "imaging_meets_another_root", "at_target"}),
)

IMAGING = Topic(
    "imaging",
    "What does CT or MR show?",
    (
        Rows(
            "imaging",
            "Studies",
            (
                choice(
                    "modality",
                    "Study",
                    ((Modality.MR.value, "MR"), (Modality.CT.value, "CT"), (Modality.MYELOGRAPHY.value, "Myelography")),
                ),
                date("on", "Made on", "newest_imaging_months"),
                yes_no("reviewed", "imaging_reviewed_by_someone"),
                _FINDINGS,
            ),
            one="study",
            none="There is none",
            asked_by=frozenset({"studies", "newest_imaging_months", "imaging_reviewed_by_someone", "imaging_fits"}),
        ),
    ),
)
