"""The topics about treatment: the request, drugs and blood, what went before, what is planned, the day itself."""

from dataclasses import replace

from foramen.pathway.facts import Interspace, LabTest, Level, Side
from foramen.pathway.injectate.products import Role, catalogue
from foramen.pathway.rule_data import rule_data
from foramen.web.clinic.questions.fields import (
    Field,
    Options,
    Rows,
    Topic,
    choice,
    date,
    moment,
    number,
    spelt,
    text,
    yes_no,
)

LEVELS = tuple((level.value, level.value) for level in Level if level.value[0] in "LS" and level is not Level.S2)
SIDES = spelt(side.value for side in Side)
INTENTS = (("therapeutic", "To relieve the pain"), ("diagnostic", "To find out which root hurts"))
GUIDANCE = (("ct", "CT"), ("fluoroscopy", "Fluoroscopy"), ("mr", "MR"), ("dsa", "DSA"))


def _products(role: Role) -> Options:
    known = sorted((row.name, name) for name, row in catalogue().items() if row.role is role)
    return (("none", "None"), *((name, words) for words, name in known))


REQUEST = Topic(
    "request",
    "What is asked for?",
    (
        Rows(
            "request.targets",
            "Which root, on which side?",
            (choice("level", "Level", LEVELS), choice("side", "Side", SIDES)),
            one="root",
            asked_by=frozenset({"targets", "target_count", "level_in_range", "target_side"}),
            hint="The patient's own left and right.",
        ),
        choice("request.intent", "What is the injection for?", INTENTS, "intent"),
        moment("request.starts_at", "When is the procedure?", "starts_at", "time_zone"),
    ),
    page="referral",
)

PLAN = Topic(
    "plan-of-the-injection",
    "What is planned?",
    (
        choice("request.guidance", "How will the needle be guided?", GUIDANCE),
        choice(
            "request.steroid",
            "Which steroid is planned?",
            _products(Role.STEROID),
            "steroid_agent",
            "steroid_is_particulate",
        ),
        choice("request.contrast", "Which contrast is planned?", _products(Role.CONTRAST), "contrast_agent"),
        yes_no("request.sedation", "sedation"),
        yes_no("request.site_can_resuscitate", "site_can_resuscitate"),
    ),
)

DRUG_FACTS = frozenset(
    {
        "medications",
        "antithrombotic_count",
        "additive_count",
        "takes_p2y12_inhibitor",
        "takes_vitamin_k_antagonist",
        "takes_fibrinolytic",
        "takes_metformin",
        "takes_cyp3a_inhibitor",
        "takes_antithrombotic",
    }
)


def _known_drugs() -> tuple[str, ...]:
    return tuple(sorted({drug for drugs in rule_data("drugs")["class"].values() for drug in drugs}))


def _when_asked(field: Field) -> Field:
    return replace(field, only_when_asked=True)


DRUGS = Topic(
    "drugs",
    "Which drugs does the patient take?",
    (
        Rows(
            "medications",
            "Every drug, by its international name",
            (
                text("drug", "Drug", suggestions=_known_drugs()),
                number("dose_mg", "One dose", "mg"),
                number("times_per_day", "How often", "a day"),
                text("purpose", "What for"),
                _when_asked(
                    choice(
                        "intensity",
                        "Low (prophylactic) or high (therapeutic) dose?",
                        (("low", "Low"), ("high", "High")),
                        "intensity",
                    )
                ),
                _when_asked(yes_no("antithrombotic", "antithrombotic", words="Does it hinder clotting?")),
                _when_asked(moment("last_dose", "When was the last dose actually taken?", "last_dose")),
            ),
            one="drug",
            none="None at all",
            asked_by=DRUG_FACTS,
        ),
    ),
)

TESTS: Options = (
    (LabTest.INR.value, "INR"),
    (LabTest.PLATELETS_E9_PER_L.value, "Platelets, 10⁹/L"),
    (LabTest.CREATININE_UMOL_PER_L.value, "Creatinine, µmol/L"),
    (LabTest.EGFR.value, "eGFR, mL/min/1.73 m²"),
    (LabTest.HBA1C_MMOL_PER_MOL.value, "HbA1c, mmol/mol"),
    (LabTest.GLUCOSE_MMOL_PER_L.value, "Glucose, mmol/L"),
)

BLOOD = Topic(
    "blood",
    "Which blood results are there?",
    (
        Rows(
            "labs",
            "Results, each with the time its sample was taken",
            (
                choice("test", "Test", TESTS, "hba1c_mmol_per_mol", "inr", "platelets", "crcl_ml_min"),
                number("value", "Result", ""),
                moment("at", "Sample taken"),
                number("upper_limit_of_normal", "Laboratory's upper limit", "", "inr_upper_limit_of_normal"),
            ),
            one="result",
        ),
    ),
)

_OPERATION = (
    choice("kind", "Operation", spelt(("discectomy", "decompression", "fusion", "other"))),
    date("on", "On", "months_until"),
    choice("interspace", "Where", tuple((name.value, name.value) for name in Interspace)),
    choice("side", "Side", SIDES),
)

STEROID_FACTS = frozenset(
    {
        "steroid_doses",
        "steroid_year_mg",
        "lumbar_sessions_6_months",
        "lumbar_sessions_12_months",
        "had_lumbar_injection",
    }
)

BEFORE = Topic(
    "before",
    "What was done before, and what is booked?",
    (
        Rows(
            "history.steroids",
            "Steroids in the last year, anywhere, as injection or tablets",
            (
                text("product", "Product"),
                number("dose_mg", "Dose", "mg", "steroid_year_mg"),
                date("on", "On", "days_since"),
                choice(
                    "site",
                    "Where",
                    spelt(
                        (
                            "lumbar-spine",
                            "other-spine",
                            "joint",
                            "soft-tissue",
                            "oral",
                            "intravenous",
                            "intramuscular",
                            "other",
                        )
                    ),
                ),
                number("relief_percent", "Relief", "%", "relief_percent", "last_relief_percent"),
                number("relief_weeks", "It lasted", "weeks"),
            ),
            one="steroid",
            none="None in the last year",
            asked_by=STEROID_FACTS,
        ),
        Rows(
            "history.past_surgery",
            "Operations on the lumbar spine",
            _OPERATION,
            one="operation",
            none="None",
            asked_by=frozenset({"past_surgery"}),
        ),
        Rows(
            "history.planned_surgery",
            "Spine surgery that is planned",
            _OPERATION,
            one="operation",
            none="None",
            asked_by=frozenset({"planned_surgery"}),
        ),
        Rows(
            "vaccinations",
            "Vaccines had lately, or booked",
            (
                choice(
                    "kind",
                    "Vaccine",
                    (("mrna", "mRNA"), ("adenovirus-vector", "Adenovirus vector"), ("other", "Another kind")),
                ),
                date("on", "On", "days_until"),
            ),
            one="vaccine",
            none="None",
            asked_by=frozenset({"vaccinations"}),
        ),
    ),
)

TODAY = Topic(
    "today",
    "How is the patient today?",
    (
        number("arrival.pain_nrs", "How strong is the pain now, 0 to 10?", "of 10", "pain_on_the_day_nrs"),
        yes_no("arrival.analgesic_taken_today", "analgesic_taken_today"),
        yes_no("arrival.last_doses_confirmed", "last_doses_confirmed"),
        number("arrival.temperature_c", "What is the temperature on arrival?", "°C", "temperature_c"),
        number(
            "arrival.glucose_mmol_per_l", "What is the glucose on arrival?", "mmol/L", "glucose_on_the_day_mmol_per_l"
        ),
    ),
)
