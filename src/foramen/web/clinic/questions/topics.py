"""Every topic, in the order of asking: what could end it at once comes first."""

from collections.abc import Iterable

from foramen.errors import UsageError
from foramen.pathway.findings import Decision, Question
from foramen.pathway.screening import Screening, all_rules
from foramen.web.clinic.questions.about_the_leg import COMPLAINT, IMAGING, LEGS, WHERE
from foramen.web.clinic.questions.about_the_patient import ALLERGIES, ILLNESSES, INFECTION, PERSON, RED_FLAGS
from foramen.web.clinic.questions.about_the_treatment import BEFORE, BLOOD, DRUGS, PLAN, REQUEST, TODAY
from foramen.web.clinic.questions.fields import Topic

TOPICS = (
    RED_FLAGS,
    REQUEST,
    COMPLAINT,
    WHERE,
    LEGS,
    IMAGING,
    PERSON,
    INFECTION,
    ILLNESSES,
    DRUGS,
    BLOOD,
    ALLERGIES,
    BEFORE,
    PLAN,
    TODAY,
)


def topic(name: str) -> Topic:
    """The topic of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    for one in TOPICS:
        if one.name == name:
            return one
    raise UsageError(f"There is no topic '{name}' in the screening.")


def that_matter(screening: Screening) -> tuple[Question, ...]:
    """The questions whose answers can still move the decision.

    An incomplete decision waits for all of them; any other can only be moved by an answer that leads further from
    proceeding than it stands already.
    """
    if screening.decision is Decision.INCOMPLETE:
        return screening.questions
    return tuple(one for one in screening.questions if one.could_become.rank > screening.decision.rank)


def just_raised(before: Screening, after: Screening) -> tuple[Question, ...]:
    """The questions that an answer has raised and that matter, or that bear on how fast something must happen.

    A stop can't be changed any more, yet how long the saddle area has been numb decides whether it is today.
    """
    known, hurries = set(before.questions), {rule.id for rule in all_rules() if rule.within}
    matter = set(that_matter(after))
    return tuple(one for one in after.questions if one not in known and (one in matter or hurries & set(one.rule_ids)))


def asked(questions: Iterable[Question]) -> frozenset[tuple[str, str]]:
    """The facts that questions wait for, each with whose it is where there are several (`intensity`, `apixaban`)."""
    parts = (part.partition(" of ") for one in questions for part in one.fact.split(", "))
    return frozenset((name, whose) for name, _, whose in parts)


def names(questions: Iterable[Question]) -> frozenset[str]:
    """The facts that questions wait for, whosever they are."""
    return frozenset(name for name, _ in asked(questions))


def questions_in(where: Topic, questions: Iterable[Question]) -> tuple[Question, ...]:
    """Those of the questions that a topic's page answers."""
    return tuple(one for one in questions if names((one,)) & where.asked_by)


def next_topic(questions: Iterable[Question], after: str | None = None) -> Topic | None:
    """The first topic with a question that is open, beginning behind the one just answered; None once none is left."""
    open_questions = tuple(questions)
    place = next((number + 1 for number, one in enumerate(TOPICS) if one.name == after), 0)
    return next((one for one in TOPICS[place:] if questions_in(one, open_questions)), None)
