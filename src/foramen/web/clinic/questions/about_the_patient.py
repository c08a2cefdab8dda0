"""The topics about the patient: red flags, infection, illnesses, allergies, and how they get here and home."""

from dataclasses import replace

from foramen.web.clinic.questions.fields import Rows, Topic, choice, date, moment, number, spelt, text, yes_no

SEX = replace(
    choice("patient.sex", "Sex", spelt(("female", "male")), "crcl_ml_min", unknown="unknown"), for_the_table=True
)
"""Asked with the referral, and again only where it is still missing."""

RED_FLAGS = Topic(
    "red-flags",
    "Are there red flags?",
    (
        yes_no("examination.red_flags.saddle_numbness", "saddle_numbness"),
        yes_no("examination.red_flags.bladder_bowel_or_sexual_change", "bladder_bowel_or_sexual_change"),
        yes_no("examination.red_flags.deficit_in_both_legs", "deficit_in_both_legs"),
        yes_no("examination.red_flags.cord_compression_signs", "cord_compression_signs"),
        yes_no("examination.red_flags.residual_measured", "residual_measured"),
        number(
            "examination.red_flags.post_void_residual_ml",
            "What was the post-void residual?",
            "mL",
            "post_void_residual_ml",
        ),
        number(
            "examination.red_flags.days",
            "How many days ago did these signs begin or grow worse?",
            "days",
            "red_flag_days",
        ),
    ),
)

PERSON = Topic(
    "person",
    "Can the patient decide, lie still, and get home?",
    (
        SEX,
        replace(
            number("patient.weight_kg", "What does the patient weigh?", "kg", "weight_kg", "crcl_ml_min"),
            for_the_table=True,
        ),
        replace(number("patient.height_cm", "How tall is the patient?", "cm"), for_the_table=True),
        yes_no("patient.could_be_pregnant", "could_be_pregnant"),
        yes_no("request.exposure_justified", "exposure_justified"),
        yes_no("patient.postmenopausal", "postmenopausal"),
        yes_no("patient.has_capacity", "has_capacity"),
        yes_no(
            "patient.has_representative", "has_representative", words="Is there somebody who may sign for the patient?"
        ),
        text("patient.representative", "Who may sign for the patient, as relationship", "has_representative"),
        yes_no("patient.needs_interpreter", "needs_interpreter"),
        yes_no("patient.follows_instructions", "follows_instructions"),
        yes_no("patient.feels_unwell", "feels_unwell"),
        number("patient.can_lie_prone_min", "For how long can the patient lie prone?", "min", "can_lie_prone_min"),
        yes_no("patient.has_escort", "has_escort", words="Does somebody bring the patient home?"),
    ),
)

INFECTION = Topic(
    "infection",
    "Is there an infection?",
    (
        yes_no("infection.spinal", "spinal_infection"),
        yes_no("infection.fever_or_systemic", "fever_or_systemic_infection"),
        yes_no("infection.skin_on_path", "skin_infection_on_path"),
        yes_no("infection.on_antibiotics", "on_antibiotics"),
        yes_no("infection.recent_antibiotics", "recent_antibiotics"),
        moment("infection.antibiotics_finished_at", "When were the antibiotics finished?", "hours_since_antibiotics"),
        yes_no("infection.fever_since_antibiotics", "fever_since_antibiotics"),
    ),
)

THROMBOSES = Rows(
    "conditions.thromboses",
    "Has the patient a stent or a mechanical valve, or had a stroke, TIA, coronary event or thrombosis?",
    (
        choice(
            "kind",
            "What",
            (
                ("elective-stent", "Planned stent"),
                ("urgent-stent", "Urgent stent"),
                ("acute-coronary-syndrome", "Acute coronary syndrome"),
                ("stroke", "Stroke"),
                ("tia", "TIA"),
                ("venous-thrombosis", "Venous thrombosis"),
                ("mechanical-valve", "Mechanical valve"),
            ),
        ),
        date("on", "When", "days_since", "months_since"),
    ),
    one="event or implant",
    none="None of these",
    asked_by=frozenset({"thromboses"}),
)

ILLNESSES = Topic(
    "illnesses",
    "Which illnesses change the plan?",
    (
        choice(
            "conditions.diabetes",
            "Does the patient have diabetes?",
            (("none", "No"), ("diet", "Yes, diet"), ("tablets", "Yes, tablets"), ("insulin", "Yes, insulin")),
            "diabetic",
            unknown="unknown",
        ),
        yes_no("conditions.bleeding_disorder", "bleeding_disorder"),
        yes_no("conditions.liver_disease", "liver_disease"),
        yes_no("conditions.kidney_disease", "kidney_disease"),
        replace(yes_no("conditions.heart_disease", words="Does the patient have heart disease?"), for_the_table=True),
        yes_no("conditions.stomach_bleeding", "stomach_bleeding"),
        yes_no("conditions.alcohol_excess", "alcohol_excess"),
        yes_no("conditions.immunosuppressed", "immunosuppressed"),
        THROMBOSES,
    ),
)

ALLERGIES = Topic(
    "allergies",
    "To what has the patient ever reacted?",
    (
        Rows(
            "allergies",
            "Reactions, each to one named substance",
            (
                choice(
                    "to",
                    "To a",
                    spelt(
                        (
                            "local-anaesthetic",
                            "steroid",
                            "contrast",
                            "chlorhexidine",
                            "latex",
                            "adhesive",
                            "drug",
                            "food",
                        )
                    ),
                ),
                text("agent", "Substance", "agent", hint="By its name, such as iohexol; “iodine” names no substance."),
                choice("severity", "How severe", spelt(("mild", "moderate", "severe")), "reaction_severity"),
                text("reaction", "What happened"),
                date("on", "When"),
            ),
            one="reaction",
            none="Nothing, ever",
            asked_by=frozenset({"allergies", "has_contrast_allergy", "called_iodine"}),
        ),
    ),
)
