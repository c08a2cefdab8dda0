"""The language that rules are written in, such as `diabetic and hba1c_mmol_per_mol > 69`.

It knows `and`, `or`, `not`, comparisons with numbers and words, membership in a list of words, and `any(legs, ...)`,
which asks whether the condition holds for one member of a collection. A fact that is None or unknown makes a
comparison unknown, and the unknown travels by Kleene's rules: `unknown or yes` is yes, `unknown or no` is unknown.
"""

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from foramen.pathway.answer import Answer, either, every

Scope: TypeAlias = Mapping[str, Any]
"""What the names in a condition stand for. The entry `of` of a member says which member it is, for questions."""

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}


@dataclass(frozen=True, order=True)
class Missing:
    """A fact that nobody has given: its name, and whose it is where there are several (`left leg`)."""

    name: str
    of: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds and, where that is unknown, the missing facts that would tell."""

    answer: Answer
    missing: frozenset[Missing] = frozenset()


@dataclass(frozen=True)
class Condition:
    """A condition, read and checked once.

    Examples
    --------
    >>> Condition.parse("fever or inr > 1.5").over({"fever": Answer.NO, "inr": 1.6}).answer
    <Answer.YES: 'yes'>
    >>> Condition.parse("fever or inr > 1.5").over({"fever": Answer.NO, "inr": None}).missing
    frozenset({Missing(name='inr', of='')})
    """

    text: str
    tree: ast.expr

    @staticmethod
    @cache
    def parse(text: str) -> "Condition":
        """Read a condition.

        Raises
        ------
        ValueError
            If it is not of the language above.
        """
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError:
            raise ValueError(f"'{text}' is not a condition.") from None
        _check(tree, text)
        return Condition(text, tree)

    @property
    def names(self) -> frozenset[str]:
        """Every fact and collection that the condition speaks of."""
        return frozenset(node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)) - {"any"}

    def over(self, scope: Scope) -> Verdict:
        """Whether the condition holds for these facts.

        Raises
        ------
        KeyError
            If the condition names a fact that the scope does not know of at all.
        """
        return _verdict(self.tree, scope)


def _check(tree: ast.expr, text: str) -> None:
    match tree:
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part, text)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            _check(part, text)
        case ast.Call(func=ast.Name(id="any"), args=[ast.Name(), condition], keywords=[]):
            _check(condition, text)
        case ast.Compare(left=first, comparators=others, ops=ops):
            if not all(_is_operand(side) for side in (first, *others)) or not all(
                type(op) in _COMPARISONS for op in ops
            ):
                raise ValueError(f"'{text}' compares something other than facts, numbers and words.")
        case ast.Name():
            pass
        case _:
            raise ValueError(f"'{text}' says '{ast.unparse(tree)}', which is not of the language of conditions.")


def _is_operand(tree: ast.expr) -> bool:
    if isinstance(tree, ast.Name):
        return True
    try:
        ast.literal_eval(tree)
    except ValueError:
        return False
    return True


def _verdict(tree: ast.expr, scope: Scope) -> Verdict:
    match tree:
        case ast.BoolOp(op=ast.And(), values=parts):
            return _join(every, (_verdict(part, scope) for part in parts))
        case ast.BoolOp(values=parts):
            return _join(either, (_verdict(part, scope) for part in parts))
        case ast.UnaryOp(operand=part):
            inner = _verdict(part, scope)
            return Verdict(~inner.answer, inner.missing)
        case ast.Call(args=[ast.Name(id=collection), condition]):
            members = scope[collection]
            if members is None:
                return _unknown(collection, scope)
            return _join(either, (_verdict(condition, {**scope, **member}) for member in members))
        case ast.Compare():
            return _join(every, _comparisons(tree, scope))
        case ast.Name(id=name):
            answer = scope[name]
            return _unknown(name, scope) if answer is Answer.UNKNOWN else Verdict(Answer(answer))
    raise AssertionError(ast.dump(tree))


def _join(how: Callable[[Iterable[Answer]], Answer], verdicts: Iterable[Verdict]) -> Verdict:
    parts = tuple(verdicts)
    answer = how(part.answer for part in parts)
    if answer is not Answer.UNKNOWN:
        return Verdict(answer)
    open_parts = [part.missing for part in parts if part.answer is Answer.UNKNOWN]
    # One question at a time: what comes after an `and` is asked once the first answer is in.
    return Verdict(answer, open_parts[0] if how is every else frozenset().union(*open_parts))


def _comparisons(tree: ast.Compare, scope: Scope) -> Iterator[Verdict]:
    sides = (tree.left, *tree.comparators)
    for left, compare, right in zip(sides, tree.ops, sides[1:], strict=False):
        values = {side: _operand(side, scope) for side in (left, right)}
        absent = [
            side.id for side, value in values.items() if isinstance(side, ast.Name) and value in (None, "unknown")
        ]
        if absent:
            yield _join(either, [_unknown(name, scope) for name in absent])
        else:
            yield Verdict(Answer.of(_COMPARISONS[type(compare)](values[left], values[right])))


def _operand(tree: ast.expr, scope: Scope) -> Any:
    return scope[tree.id] if isinstance(tree, ast.Name) else ast.literal_eval(tree)


def _unknown(name: str, scope: Scope) -> Verdict:
    return Verdict(Answer.UNKNOWN, frozenset({Missing(name, scope.get("of", ""))}))
