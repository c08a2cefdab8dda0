"""One question of a form: where its answer stands in the referral, in what words it is asked, how it is answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from foramen.pathway.rule_data import rule_data

Kind: TypeAlias = Literal["choice", "number", "whole", "date", "moment", "text"]
Options: TypeAlias = tuple[tuple[str, str], ...]

YES_NO: Options = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known"))


MOST_LETTERS_ON_BUTTONS = 110


@dataclass(frozen=True)
class Field:
    """One question with one answer.

    Attributes
    ----------
    path : str
        Where the answer stands, such as `infection.spinal`; inside a row, its name in the row.
    asked_by : frozenset of str
        The facts that the rules name when they miss this answer. Without any it helps, and decides nothing.
    unknown : str or None
        What stands there while nobody has answered.
    for_the_table : bool
        Asked with the others of its topic though no rule of the screening waits for it: doses are reckoned from it.
    only_when_asked : bool
        In a row: left out until a rule asks for it.
    whose : str
        Of two fields for one fact: whose it is, in the words of the rules (`left leg`).
    """

    path: str
    words: str
    kind: Kind
    asked_by: frozenset[str] = frozenset()
    options: Options = ()
    unknown: str | None = None
    unit: str = ""
    hint: str = ""
    suggestions: tuple[str, ...] = ()
    for_the_table: bool = False
    only_when_asked: bool = False
    whose: str = ""

    def waits(self, asked: Iterable[tuple[str, str]]) -> bool:
        """Whether one of the facts asked for, each with whose it is, is answered here."""
        return self.for_the_table or any(fact in self.asked_by and self.whose in whose for fact, whose in asked)

    @property
    def is_long(self) -> bool:
        """Whether the choice has too many words for large buttons."""
        return sum(len(words) for _, words in self.options) > MOST_LETTERS_ON_BUTTONS


@dataclass(frozen=True)
class Rows:
    """A question whose answer is a list: none, or these.

    A row counts once its first field is filled. `none` is what to choose where there are none; without it an empty list
    says nothing.
    """

    path: str
    words: str
    row: tuple["Field | Rows", ...]
    one: str
    none: str = ""
    asked_by: frozenset[str] = frozenset()
    hint: str = ""


Part: TypeAlias = Field | Rows


@dataclass(frozen=True)
class Shortcut:
    """One statement that answers several questions at once, where nothing else was answered to them."""

    name: str
    words: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Topic:
    """What is asked on one page, under one question.

    `also_asked_by` are facts that the page answers otherwise than in a form, such as by a drawing.
    """

    name: str
    title: str
    parts: tuple[Part, ...]
    page: str = ""
    shortcuts: tuple[Shortcut, ...] = ()
    also_asked_by: frozenset[str] = frozenset()

    @property
    def asked_by(self) -> frozenset[str]:
        """Every fact that this page can answer."""
        return facts_of(self.parts) | self.also_asked_by

    @property
    def path(self) -> str:
        """Its address under that of its case."""
        return self.page or f"screening/{self.name}"


def facts_of(parts: Iterable[Part]) -> frozenset[str]:
    """Every fact that one of these parts answers, those of its rows included."""
    found: frozenset[str] = frozenset()
    for part in parts:
        found |= part.asked_by
        if isinstance(part, Rows):
            found |= facts_of(part.row)
    return found


def ask(fact: str) -> str:
    """The words of the rule data for a missing fact."""
    words: str = rule_data("questions")["ask"][fact]
    return words


def yes_no(path: str, *facts: str, words: str = "", hint: str = "") -> Field:
    """A question answered yes, no, or not known."""
    return Field(path, words or ask(facts[0]), "choice", frozenset(facts), YES_NO, unknown="unknown", hint=hint)


def choice(path: str, words: str, options: Options, *facts: str, unknown: str | None = None, hint: str = "") -> Field:
    """A question with named answers."""
    return Field(path, words, "choice", frozenset(facts), options, unknown=unknown, hint=hint)


def number(path: str, words: str, unit: str, *facts: str, whole: bool = False, hint: str = "") -> Field:
    """A question answered with a number in one unit."""
    return Field(path, words, "whole" if whole else "number", frozenset(facts), unit=unit, hint=hint)


def date(path: str, words: str, *facts: str, hint: str = "") -> Field:
    """A question answered with a day."""
    return Field(path, words, "date", frozenset(facts), hint=hint)


def moment(path: str, words: str, *facts: str, hint: str = "") -> Field:
    """A question answered with a day and a time, on the clock of the procedure room."""
    return Field(path, words, "moment", frozenset(facts), hint=hint)


def text(path: str, words: str, *facts: str, suggestions: Iterable[str] = (), hint: str = "") -> Field:
    """A question answered in words."""
    return Field(path, words, "text", frozenset(facts), suggestions=tuple(suggestions), hint=hint)


def spelt(values: Iterable[str]) -> Options:
    """Options whose words are their names, spelt for people."""
    return tuple((value, value.replace("-", " ").capitalize()) for value in values)
