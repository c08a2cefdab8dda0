"""The screening's questions: which matter now, on which page each is asked, and how a form becomes facts."""

from foramen.web.clinic.questions.fields import Field, Part, Rows, Topic, facts_of
from foramen.web.clinic.questions.read import Read, answered, faults_of, read
from foramen.web.clinic.questions.topics import (
    TOPICS,
    asked,
    just_raised,
    names,
    next_topic,
    questions_in,
    that_matter,
    topic,
)
from foramen.web.clinic.questions.typed import Typed, in_words, row_count, typed

__all__ = [
    "TOPICS",
    "Field",
    "Part",
    "Read",
    "Rows",
    "Topic",
    "Typed",
    "answered",
    "asked",
    "facts_of",
    "faults_of",
    "in_words",
    "just_raised",
    "names",
    "next_topic",
    "questions_in",
    "read",
    "row_count",
    "that_matter",
    "topic",
    "typed",
]
