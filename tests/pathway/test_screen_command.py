"""`foramen screen` and `foramen policy`, as a person calls them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from foramen.cli.console import results
from foramen.cli.policy import policy
from foramen.cli.screen import screen
from foramen.errors import InputError, UsageError
from foramen.pathway.screening import Screening
from support.patients import BEFORE, DAY, EXAMPLES

app = typer.Typer()
app.command()(screen)
app.add_typer(policy)
runner = CliRunner()
WARFARIN = str(EXAMPLES / "02-warfarin" / "on-the-day.json")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are looked for whole, so the console is wide whatever it was when it was made."""
    monkeypatch.setattr(results, "_width", 160)


def run(*arguments: str) -> tuple[int, str]:
    result = runner.invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_screening_is_printed_with_decision_reasons_calendar_and_roots() -> None:
    code, output = run("screen", WARFARIN, "--at", DAY)
    assert code == 0
    for word in ("PROCEED WITH PLAN", "AC-001", "INR due", "L5-left", "9 serious events", "insideradiology-2017"):
        assert word in output


def test_what_may_not_go_ahead_ends_with_code_4_and_still_writes_its_result(tmp_path: Path) -> None:
    code, output = run("screen", WARFARIN, "--policy", "aagbi-2013", "--at", DAY, "--out", str(tmp_path / "out"))
    assert code == 4
    assert "INR 1.5 is above 1.4" in output
    written = Screening.from_json((tmp_path / "out" / "screening.json").read_text())
    assert written.decision == "stop"


def test_json_is_the_screening_and_nothing_else() -> None:
    _, output = run("screen", WARFARIN, "--at", DAY, "--json")
    assert Screening.from_json(output).policy.name == "insideradiology-2017"


def test_the_site_names_its_policy_and_overrides_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text('{"schema": "foramen.site/1", "policy": "aagbi-2013"}')
    given = {
        "rule_id": "aagbi-2013/AC-005",
        "finding": "INR 1.5 is above 1.4 (aagbi-2013: INR 1.4 or less).",
        "role": "consultant",
        "reason": "INR 1.5 accepted: local audit",
        "at": BEFORE,
    }
    (tmp_path / "overrides.json").write_text(json.dumps({"schema": "foramen.overrides/1", "overrides": [given]}))
    files = ("--site", str(tmp_path / "site.json"), "--overrides", str(tmp_path / "overrides.json"))
    code, output = run("screen", WARFARIN, "--at", DAY, *files)
    assert code == 0
    assert "set aside by consultant" in output


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("screen", "nowhere.json"), InputError),
        (("screen", WARFARIN, "--at", "tomorrow"), UsageError),
        (("screen", WARFARIN, "--policy", "asra-2030"), UsageError),
        (("policy", "show", "asra-2030"), UsageError),
        (("policy", "compare", "eliquis"), UsageError),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(arguments: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        run(*arguments)


def test_the_policies_can_be_listed_read_and_compared() -> None:
    assert "14 of 18 on" in run("policy", "list")[1]
    shown = run("policy", "show", "asra-pain-2018")[1]
    assert "off until signed on" in shown
    compared = run("policy", "compare", "apixaban")[1]
    assert "says nothing" in compared
    assert "48 h, last dose on day -3" in compared


def test_the_policies_speak_json_too() -> None:
    assert len(json.loads(run("policy", "list", "--json")[1])) == 6
    assert json.loads(run("policy", "show", "nhs-lothian", "--json")[1])["name"] == "nhs-lothian"
    assert len(json.loads(run("policy", "compare", "warfarin", "--json")[1])) == 6
