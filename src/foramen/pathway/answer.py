"""Three-valued logic: a question is answered yes, answered no, or not answered yet."""

from collections.abc import Iterable
from enum import StrEnum


class Answer(StrEnum):
    """Yes, no, or unknown; combined by Kleene's rules, so that what is unknown never passes for a no.

    It has no truth value of its own: write `answer is Answer.YES`, which says what happens to the unknown.

    Examples
    --------
    >>> Answer.YES | Answer.UNKNOWN
    <Answer.YES: 'yes'>
    >>> Answer.YES & Answer.UNKNOWN
    <Answer.UNKNOWN: 'unknown'>
    >>> ~Answer.UNKNOWN
    <Answer.UNKNOWN: 'unknown'>
    """

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool | None) -> "Answer":
        """Yes for True, no for False, unknown for None."""
        if value is None:
            return cls.UNKNOWN
        return cls.YES if value else cls.NO

    def __and__(self, other: "Answer") -> "Answer":
        return every((self, other))

    def __or__(self, other: "Answer") -> "Answer":
        return either((self, other))

    def __invert__(self) -> "Answer":
        return {Answer.YES: Answer.NO, Answer.NO: Answer.YES}.get(self, Answer.UNKNOWN)

    def __bool__(self) -> bool:
        raise TypeError("An answer may be unknown: compare it with Answer.YES, Answer.NO or Answer.UNKNOWN.")


def either(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes; no only if every one is no."""
    given = set(answers)
    if Answer.YES in given:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in given else Answer.NO


def every(answers: Iterable[Answer]) -> Answer:
    """No if any is no; yes only if every one is yes."""
    given = set(answers)
    if Answer.NO in given:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in given else Answer.YES
