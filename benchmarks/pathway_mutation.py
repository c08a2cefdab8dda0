"""How many deliberate faults in the screening rules and their engine the tests notice.

Every condition of the screening and medication rules is changed in every way below and held against the boundary
cases of `tests/pathway/boundaries.toml`. Then the code that reads and applies rules is changed, one place at a time
over an even sample of all places, and the tests of the room run on it. A fault that no test notices survives; survivors
are listed.
"""

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests" / "pathway"
ENGINE = (
    "answer.py",
    "findings.py",
    "timing.py",
    "engine/condition.py",
    "engine/evaluate.py",
    "engine/rule.py",
    "localisation/signs.py",
    "localisation/roots.py",
    "localisation/agreement.py",
    "medication/advice.py",
    "medication/calendar.py",
    "medication/context.py",
    "medication/drugs.py",
    "medication/gaps.py",
    "medication/hold.py",
    "medication/plan.py",
    "medication/policy.py",
    "medication/renal.py",
    "screening/overrides.py",
    "screening/screen.py",
    "steroids/ledger.py",
)
NOTICING = ("conditions", "boundaries", "medication_*", "policies", "localisation", "overrides", "facts", "rule_data")
NOTICING_TOO = ("steroid_ledger", "examples", "screening")
SAMPLE = 120
WORKERS = max(1, len(os.sched_getaffinity(0)))
SECONDS = 300

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


@dataclass(frozen=True)
class Fault:
    """One deliberate fault: where, what it does, and the changed text."""

    place: str
    words: str
    source: str


def mutated(source: str, place: str, mode: str = "exec") -> Iterator[Fault]:
    """Every single-fault version of some source: operators, numbers, negations and dropped parts."""
    tree = ast.parse(source, mode=mode)  # type: ignore[call-overload]
    for number, node in enumerate(ast.walk(tree)):
        for which in range(_ways(node)):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[number]
            words = _spoil(target, which)
            line = getattr(node, "lineno", None) or "?"
            where = f"{place}:{line}" if mode == "exec" else place
            yield Fault(where, words, ast.unparse(ast.fix_missing_locations(changed)))


def _ways(node: ast.AST) -> int:
    match node:
        case ast.Compare(ops=ops):
            return sum(type(op) in SWAPS for op in ops)
        case ast.BoolOp(values=values):
            return 1 + len(values)
        case ast.BinOp(op=op):
            return int(type(op) in SWAPS)
        case ast.UnaryOp(op=ast.Not()) | ast.IfExp():
            return 1
        case ast.Constant(value=value) if isinstance(value, int | float):
            return 1 if isinstance(value, bool) else 2
        case ast.Tuple(elts=parts) if len(parts) > 1 and all(isinstance(part, ast.Constant) for part in parts):
            return len(parts)
    return 0


def _spoil(node: Any, which: int) -> str:
    match node:
        case ast.Compare():
            before = type(node.ops[which]).__name__
            node.ops[which] = SWAPS[type(node.ops[which])]()
            return f"{before} becomes {type(node.ops[which]).__name__}"
        case ast.BoolOp() if which == 0:
            node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
            return f"becomes {type(node.op).__name__}"
        case ast.BoolOp():
            dropped = ast.unparse(node.values.pop(which - 1))
            return f"without '{dropped}'"
        case ast.BinOp():
            node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
            return f"becomes {type(node.op).__name__}"
        case ast.UnaryOp():
            node.operand, node.op = ast.UnaryOp(ast.Not(), node.operand), ast.Not()
            return "without not"
        case ast.IfExp():
            node.body, node.orelse = node.orelse, node.body
            return "branches exchanged"
        case ast.Constant(value=bool()):
            node.value = not node.value
            return f"becomes {node.value}"
        case ast.Constant():
            node.value += 1 if which == 0 else -1
            return f"becomes {node.value}"
        case ast.Tuple():
            return f"without '{ast.unparse(node.elts.pop(which))}'"
    raise AssertionError(node)


def rule_faults() -> tuple[int, list[Fault]]:
    """Spoil every rule's condition and ask its boundary cases; the count of faults and those that survive."""
    sys.path.insert(0, str(ROOT / "tests"))
    from foramen.pathway.engine import SignOff, evaluate, read_rules
    from foramen.pathway.medication.context import medication_scope
    from foramen.pathway.scope import scope_of
    from foramen.pathway.screening import all_rules
    from support.patients import referral

    cases = tomllib.loads((TESTS / "boundaries.toml").read_text())["case"]
    told: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for case in cases:
        common = case.get("with", {})
        versions = [(referral({**common, **case[side]}), side) for side in ("yes", "no")]
        versions += [(referral(common, forgotten=case["asks"]), "asks")] if "asks" in case else []
        told.setdefault(case["rule"], []).extend(
            ({**scope_of(about), **medication_scope(about)}, side) for about, side in versions
        )
    count, survivors = 0, []
    for rule in (*all_rules(), *read_rules("medication")):
        signed = SignOff.model_validate(
            {"rule_id": rule.id, "rule_version": rule.version, "role": "consultant", "at": "2025-01-01T00:00:00Z"},
            strict=False,
        )
        for fault in mutated(rule.when, rule.id, mode="eval"):
            count += 1
            spoilt = rule.model_copy(update={"when": fault.source})
            if not any(_noticed(evaluate([spoilt], facts, (signed,)), side) for facts, side in told[rule.id]):
                survivors.append(fault)
    return count, survivors


def _noticed(said: Any, side: str) -> bool:
    if side == "yes":
        return not said.findings
    return bool(said.findings) or bool(said.questions) != (side == "asks")


def engine_faults() -> tuple[int, int, list[Fault]]:
    """Spoil the code at an even sample of places and run the tests; all places, the sample, those that survive."""
    pathway = ROOT / "src" / "foramen" / "pathway"
    faults = [fault for name in ENGINE for fault in mutated((pathway / name).read_text(), name)]
    sample = faults[:: max(1, len(faults) // SAMPLE)]
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / str(number) for number in range(WORKERS)]
        for place in copies:
            for part in ("src", "tests/pathway", "tests/support", "examples", "docs"):
                shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "pyproject.toml", place)
        if not _passes(copies[0]):
            raise SystemExit("The tests fail before anything is spoilt; mend them first.")
        with ThreadPoolExecutor(WORKERS) as pool:
            shares = [sample[number::WORKERS] for number in range(WORKERS)]
            survivors = [fault for found in pool.map(_survivors, copies, shares) for fault in found]
    return len(faults), len(sample), survivors


def _survivors(place: Path, faults: list[Fault]) -> list[Fault]:
    survivors = []
    for fault in faults:
        file = place / "src" / "foramen" / "pathway" / fault.place.split(":")[0]
        sound = file.read_text()
        file.write_text(fault.source)
        if _passes(place):
            survivors.append(fault)
        file.write_text(sound)
    return survivors


def _passes(place: Path) -> bool:
    files = [str(file) for name in (*NOTICING, *NOTICING_TOO) for file in sorted(TESTS.glob(f"test_{name}.py"))]
    files = [file.replace(str(ROOT), str(place)) for file in files]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
    environment = {**os.environ, "PYTHONPATH": str(place / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def run() -> str:
    """The scores, and every survivor."""
    rules, rule_survivors = rule_faults()
    places, sampled, engine_survivors = engine_faults()
    lines = [
        "| what is spoilt | faults | noticed | score |",
        "|---|---:|---:|---:|",
        _line("conditions of the rules, all", rules, len(rule_survivors)),
        _line(f"code of the engine, {sampled} of {places} places", sampled, len(engine_survivors)),
    ]
    survivors = [f"- `{fault.place}`: {fault.words}" for fault in (*rule_survivors, *engine_survivors)]
    return "\n".join([*lines, "", "Not noticed:", "", *(survivors or ["- none"])])


def _line(what: str, faults: int, survived: int) -> str:
    return f"| {what} | {faults} | {faults - survived} | {1 - survived / faults:.1%} |"
