"""A topic as a form: which of its questions stand on the page now, and how a list gets another row."""

from collections.abc import Iterable, Mapping

from foramen.pathway.findings import Question
from foramen.web.clinic.questions import Field, Part, Rows, Topic, Typed, asked, facts_of, row_count

ADD = "add"
"""The button of a list that asks for another row; its value is the list's name."""


def with_another_row(form: Mapping[str, str]) -> Typed:
    """What was typed, with one more empty row in the list whose button was pressed."""
    name = form[ADD]
    return {**form, f"{name}.there": "some", f"{name}.{max(1, row_count(name, form))}.": ""}


def with_shortcuts(topic: Topic, form: Mapping[str, str]) -> Typed:
    """What was typed, with the answers of each shortcut taken where nothing else was answered."""
    filled = dict(form)
    for shortcut in topic.shortcuts:
        if shortcut.name in form:
            filled |= {path: answer for path, answer in shortcut.answers.items() if not form.get(path)}
    return filled


def split(topic: Topic, questions: Iterable[Question], known: Typed) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The parts that the decision waits for and nobody has answered, and the others of the topic."""
    waiting = asked(questions)
    now = tuple(part for part in topic.parts if _waits(part, waiting, known))
    return now, tuple(part for part in topic.parts if part not in now)


def stands(field: Field, row: Mapping[str, str], prefix: str, questions: Iterable[Question]) -> bool:
    """Whether a field of a row is on the page: always, or once a rule asks for it or it was answered."""
    if not field.only_when_asked or row.get(prefix + field.path):
        return True
    name = row.get(prefix + "drug", "")
    return any(fact in field.asked_by and whose == name for fact, whose in asked(questions))


def _waits(part: Part, waiting: frozenset[tuple[str, str]], known: Typed) -> bool:
    if isinstance(part, Rows):
        return any(fact in facts_of((part,)) for fact, _ in waiting)
    return part.path not in known and part.waits(waiting)
