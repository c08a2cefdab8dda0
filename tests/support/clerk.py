"""A clerk who enters a referral into the pages, question by question, knowing only what each question means.

`MEANS` is written from the words on the page, not from the code behind it: a label beside the wrong field is found out.
"""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from support.html_forms import Control, Form, page

ZONE = ZoneInfo("Europe/Berlin")

MEANS = {
    "Is the saddle area numb?": "examination.red_flags.saddle_numbness",
    "Has bladder, bowel or sexual function changed?": "examination.red_flags.bladder_bowel_or_sexual_change",
    "Is there weakness or numbness in both legs?": "examination.red_flags.deficit_in_both_legs",
    "Are there signs of spinal cord compression?": "examination.red_flags.cord_compression_signs",
    "Was a post-void residual measured?": "examination.red_flags.residual_measured",
    "What was the post-void residual?": "examination.red_flags.post_void_residual_ml",
    "How many days ago did these signs begin or grow worse?": "examination.red_flags.days",
    "What is the injection for?": "request.intent",
    "When is the procedure?": "request.starts_at",
    "Sex": "patient.sex",
    "Does the pain go down a leg along the path of a root?": "complaint.radicular_leg_pain",
    "Do the legs give in on walking and recover on bending forward?": "complaint.neurogenic_claudication",
    "For how long has the pain been there?": "complaint.duration_weeks",
    "How strong is the pain, 0 to 10?": "complaint.pain_nrs",
    "For how long has the patient had conservative care?": "complaint.conservative_care_weeks",
    "Does the patient wait for a decompression?": "complaint.awaits_decompression",
    "Does the patient wish to avoid surgery?": "complaint.wishes_to_avoid_surgery",
    "What does the patient weigh?": "patient.weight_kg",
    "How tall is the patient?": "patient.height_cm",
    "Could the patient be pregnant?": "patient.could_be_pregnant",
    "Has somebody justified the X-ray exposure in pregnancy, in writing?": "request.exposure_justified",
    "Is the patient past the menopause?": "patient.postmenopausal",
    "Can the patient understand the procedure and decide?": "patient.has_capacity",
    "Does the patient need an interpreter?": "patient.needs_interpreter",
    "Can the patient follow instructions and keep still?": "patient.follows_instructions",
    "Is the patient unwell?": "patient.feels_unwell",
    "For how long can the patient lie prone?": "patient.can_lie_prone_min",
    "Does somebody bring the patient home?": "patient.has_escort",
    "Is there an infection of a disc or the epidural space?": "infection.spinal",
    "Does the patient have fever or an infection anywhere?": "infection.fever_or_systemic",
    "Is the skin of the back infected?": "infection.skin_on_path",
    "Is the patient taking antibiotics?": "infection.on_antibiotics",
    "Has the patient had a course of antibiotics that has just ended?": "infection.recent_antibiotics",
    "Does the patient have diabetes?": "conditions.diabetes",
    "Does the patient have a bleeding disorder?": "conditions.bleeding_disorder",
    "Does the patient have liver disease?": "conditions.liver_disease",
    "Does the patient have kidney disease?": "conditions.kidney_disease",
    "Does the patient have heart disease?": "conditions.heart_disease",
    "Has the patient ever bled from the stomach?": "conditions.stomach_bleeding",
    "Does the patient drink too much alcohol?": "conditions.alcohol_excess",
    "Is the immune system held down, by illness or drugs?": "conditions.immunosuppressed",
    "How will the needle be guided?": "request.guidance",
    "Which steroid is planned?": "request.steroid",
    "Which contrast is planned?": "request.contrast",
    "Is sedation planned?": "request.sedation",
    "Is the place in a hospital or close to one, with resuscitation at hand?": "request.site_can_resuscitate",
    "How strong is the pain now, 0 to 10?": "arrival.pain_nrs",
    "Has the patient taken a painkiller today?": "arrival.analgesic_taken_today",
    "Has the patient said today when each blood thinner was last taken?": "arrival.last_doses_confirmed",
    "What is the temperature on arrival?": "arrival.temperature_c",
    "What is the glucose on arrival?": "arrival.glucose_mmol_per_l",
    **{
        f"{words}, {side} leg": f"examination.{side}.power.{path}"
        for side in ("left", "right")
        for words, path in (
            ("Hip flexion", "hip-flexion"),
            ("Knee extension", "knee-extension"),
            ("Ankle dorsiflexion", "ankle-dorsiflexion"),
            ("Great toe extension", "great-toe-extension"),
            ("Ankle plantarflexion", "ankle-plantarflexion"),
        )
    },
    **{
        words.format(side=side): f"examination.{side}.{path}"
        for side in ("left", "right")
        for words, path in (
            ("Is the weakness in the {side} leg new, worsening, stable or improving?", "weakness_course"),
            ("How old is the weakness in the {side} leg?", "weakness_days"),
            ("Knee reflex, {side}", "knee_reflex"),
            ("Ankle reflex, {side}", "ankle_reflex"),
            ("Does raising the straight {side} leg bring on the pain?", "straight_leg_raise_positive"),
            ("Does stretching the {side} femoral nerve bring on the pain?", "femoral_stretch_positive"),
        )
    },
}

LISTS = {
    "Which root, on which side?": ("request.targets", "Root", {"Level": "level", "Side": "side"}),
    "Has the patient a stent or a mechanical valve, or had a stroke, TIA, coronary event or thrombosis?": (
        "conditions.thromboses",
        "Event or implant",
        {"What": "kind", "When": "on"},
    ),
    "Reactions, each to one named substance": (
        "allergies",
        "Reaction",
        {"To a": "to", "Substance": "agent", "How severe": "severity", "What happened": "reaction", "When": "on"},
    ),
    "Studies": (
        "imaging",
        "Study",
        {"Study": "modality", "Made on": "on", "Has whoever will inject looked at the imaging?": "reviewed"},
    ),
    "Findings": (
        "findings",
        "Finding",
        {
            "Interspace": "interspace",
            "Side": "side",
            "Where": "zone",
            "What": "cause",
            "How marked": "extent",
            "Does it touch the root?": "touches_root",
        },
    ),
    "Every drug, by its international name": (
        "medications",
        "Drug",
        {
            "Drug": "drug",
            "One dose": "dose_mg",
            "How often": "times_per_day",
            "What for": "purpose",
            "Low (prophylactic) or high (therapeutic) dose?": "intensity",
            "Does it hinder clotting?": "antithrombotic",
            "When was the last dose actually taken?": "last_dose",
        },
    ),
    "Results, each with the time its sample was taken": (
        "labs",
        "Result",
        {
            "Test": "test",
            "Result": "value",
            "Sample taken": "at",
            "Laboratory's upper limit": "upper_limit_of_normal",
        },
    ),
    "Steroids in the last year, anywhere, as injection or tablets": ("history.steroids", "Steroid", {}),
    "Operations on the lumbar spine": ("history.past_surgery", "Operation", {}),
    "Spine surgery that is planned": (
        "history.planned_surgery",
        "Operation",
        {"Operation": "kind", "On": "on", "Where": "interspace", "Side": "side"},
    ),
    "Vaccines had lately, or booked": ("vaccinations", "Vaccine", {}),
}
NESTED = {"imaging": "Findings"}

SPOKEN = {
    "therapeutic": "To relieve the pain",
    "diagnostic": "To find out which root hurts",
    "mr": "MR",
    "ct": "CT",
    "inr": "INR",
    "creatinine-umol-per-l": "Creatinine, µmol/L",
    "hba1c-mmol-per-mol": "HbA1c, mmol/mol",
    "dexamethasone-phosphate": "dexamethasone sodium phosphate",
    "iohexol-240": "iohexol 240",
    "both": "Both, or midline",
}


class Clerk:
    """Enters one story through the pages of one case."""

    def __init__(self, client: httpx.Client, story: dict[str, Any]) -> None:
        self.client = client
        self.story = story
        self.pages: list[str] = []

    def open_case(self, name: str, born: str) -> str:
        """Fill in the new referral, and give the case's id."""
        form = Form(self._get("/cases/new"))
        for question, words in (("Name", name), ("Date of birth", born), ("Hospital number", "4711")):
            form.answer(form.find(question), words)
        form = self._rows("/cases/new", form, "Which root, on which side?")
        self._fields(form)
        self._post("/cases/new", form)
        return self.pages[-1].split("/cases/")[1].split("/")[0]

    def answer_everything(self, case_id: str, rounds: int = 2) -> None:
        """Follow the pages from topic to topic, those included that can't change the decision any more.

        Some questions come up only once others are answered, so the way is gone twice.
        """
        for _ in range(rounds):
            path = f"/cases/{case_id}/screening/next?all_questions=yes"
            for _ in range(30):
                html = self._get(path, follow=True)
                where = self.pages[-1]
                if where.split("?")[0].endswith("/screening"):
                    break
                if "/pain-drawing" in where:
                    self._draw(where, html)
                else:
                    self._topic(where, html)
                path = self.pages[-1]

    def topic(self, path: str) -> None:
        """Answer one topic with all that the story knows."""
        self._topic(path, self._get(path))

    def _topic(self, path: str, html: str) -> None:
        form = Form(html)
        for words in LISTS:
            if any(_legend_is(form, words)):
                form = self._rows(path, form, words)
        self._fields(form)
        self._post(path, form)

    def _fields(self, form: Form) -> None:
        for control in form.controls:
            if control.group or control.question not in MEANS:
                continue
            value = _at(self.story, MEANS[control.question])
            if value is not None:
                form.answer(control, spoken(control, value))

    def _rows(self, path: str, form: Form, words: str, prefix: tuple[str, ...] = (), story: Any = None) -> Form:
        where, one, columns = LISTS[words]
        rows = _at(self.story if story is None else story, where)
        if rows is None:
            return form
        there = [c for c in form.controls if c.question == words and c.group == prefix and c.options]
        if there:
            some = next(words for words in there[0].options if words == "These:")
            none = next(words for words in there[0].options if words != "These:")
            form.answer(there[0], some if rows else none)
        for number, row in enumerate(rows, start=1):
            group = (*prefix, f"{one} {number}")
            if not any(control.group == group for control in form.controls):
                form = self._another(path, form, words, one, prefix)
            for question, name in columns.items():
                if row.get(name) is None:
                    continue
                asked = [c for c in form.controls if c.question == question and c.group == group]
                if asked:  # what only some drugs are asked for is asked once the drug is known
                    form.answer(asked[0], spoken(asked[0], row[name]))
            if where in NESTED:
                form = self._rows(path, form, NESTED[where], group, row)
        return form

    def _another(self, path: str, form: Form, words: str, one: str, prefix: tuple[str, ...]) -> Form:
        buttons = [b for b in form.form.all("button", name="add") if b.text == f"Add another {one.lower()}"]
        name = _list_name(form, words, prefix)
        (button,) = [b for b in buttons if b.attributes["value"] == name]
        answer = self.client.post(path, data=_data([*form.sent, ("add", button.attributes["value"])]))
        assert answer.status_code == 200, answer.text
        return Form(answer.text)

    def _draw(self, path: str, html: str) -> None:
        """Tick the areas by name."""
        form = Form(html)
        form.sent = [(name, value) for name, value in form.sent if name != "felt"]
        for node in form.form.all("input", name="felt"):
            label = node.above("label")[0].text
            feeling, where = label.split(", ")
            side, area = where.split(" ", 1)
            leg = self.story["examination"][side]
            if area.replace(" ", "-") in (leg["pain_areas" if feeling == "pain" else "numb_areas"] or []):
                form.sent.append(("felt", node.attributes["value"]))
        self._post(path, form)

    def _get(self, path: str, *, follow: bool = False) -> str:
        answer = self.client.get(path, follow_redirects=follow)
        assert answer.status_code == 200, answer.text
        self.pages.append(answer.url.raw_path.decode())
        return answer.text

    def _post(self, path: str, form: Form) -> None:
        answer = self.client.post(path, data=_data(form.sent))
        assert answer.status_code == 303, _faults(answer.text)
        self.pages.append(answer.headers["location"])


def spoken(control: Control, value: Any) -> str:
    """A fact in the words that the page offers for it."""
    if not control.options:
        return _typed(control, value)
    words = SPOKEN.get(str(value), str(value))
    if control.question == "Does the patient have diabetes?":
        words = {"none": "No", "insulin": "Yes, insulin"}.get(str(value), str(value))
    for option in control.options:
        if option.lower() == words.lower().replace("-", " ") or option.lower() == words.lower():
            return option
    raise AssertionError(f"'{control.question}' offers {list(control.options)}, none of which is '{value}'")


def _typed(control: Control, value: Any) -> str:
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return f"{datetime.fromisoformat(value).astimezone(ZONE):%Y-%m-%dT%H:%M}"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _at(story: Any, path: str) -> Any:
    for step in path.split("."):
        story = story.get(step) if isinstance(story, dict) else None
    return story


def _data(sent: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    return data


def _legend_is(form: Form, words: str) -> list[bool]:
    return [legend.text == words for legend in form.form.all("legend")]


def _list_name(form: Form, words: str, prefix: tuple[str, ...]) -> str:
    """The name of a list, from the fields of its first row."""
    one = LISTS[words][1]
    group = (*prefix, f"{one} 1")
    first = next(control.name for control in form.controls if control.group == group)
    return first.rsplit(".", 2)[0]


def _faults(html: str) -> str:
    return "; ".join(node.text for node in page(html).all("p", class_="fault")) or page(html).text[:600]
