"""The later commands on the worked patients: readable, the same for machines, and an exit code for every no."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from foramen.cli.console import results
from foramen.cli.main import app
from foramen.cli.schema import FORMATS, json_schema
from foramen.errors import ForamenError, InputError, UsageError
from support.patients import EXAMPLES

ONE, TWO, FIVE, NINE, TEN, TWELVE = (
    EXAMPLES / name
    for name in (
        "01-straightforward",
        "02-warfarin",
        "05-diabetic",
        "09-wrong-side",
        "10-allergy",
        "12-diagnostic-block",
    )
)
COMMANDS = ("consent", "injectate", "procedure", "discharge", "call", "outcome")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are looked for whole, so the console is wide whatever it was when it was made."""
    monkeypatch.setattr(results, "_width", 160)


def foramen(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"TERM": "dumb"})


def refusal(*words: str | Path) -> ForamenError:
    result = foramen(*words)
    assert isinstance(result.exception, ForamenError), result.output
    return result.exception


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example(command: str) -> None:
    shown = foramen(command, "--help")
    assert shown.exit_code == 0
    assert "Example" in shown.output


def test_an_injectate_that_may_be_given() -> None:
    shown = foramen("injectate", ONE / "injectate.json", "--referral", ONE / "referral.json")
    assert shown.exit_code == 0
    assert "PROCEED" in shown.output
    assert "3 mg/kg × 82 kg = 246 mg (LA-1)" in shown.output


def test_an_injectate_that_must_be_changed() -> None:
    shown = foramen("injectate", FIVE / "injectate-first-thought.json", "--referral", FIVE / "a-week-later.json")
    assert shown.exit_code == 4
    assert "STOP" in shown.output
    told = foramen(
        "injectate", FIVE / "injectate-first-thought.json", "--referral", FIVE / "a-week-later.json", "--json"
    )
    assert json.loads(told.output)["decision"] == "stop"


def test_an_injectate_for_a_weight_alone_asks_for_the_rest() -> None:
    shown = foramen("injectate", ONE / "injectate.json", "--weight", "70")
    assert shown.exit_code == 4
    assert "ASK  Is the patient allergic to iohexol?" in shown.output


def test_a_site_signs_a_product_class_on(tmp_path: Path) -> None:
    drawn = json.loads((ONE / "injectate.json").read_text())
    drawn["components"][3] |= {"product": "betamethasone-phosphate", "dose_mg": 3}
    (tmp_path / "drawn.json").write_text(json.dumps(drawn))
    signed = {
        "sign_offs": [
            {
                "rule_id": "PRODUCT-betamethasone-phosphate",
                "rule_version": "1.0.0",
                "role": "consultant",
                "at": "2025-01-01T00:00:00Z",
            }
        ]
    }
    (tmp_path / "site.json").write_text(json.dumps(signed))
    words = ("injectate", tmp_path / "drawn.json", "--referral", ONE / "referral.json")
    assert "counts as particulate" in foramen(*words).output
    assert "counts as particulate" not in foramen(*words, "--site", tmp_path / "site.json").output


def test_the_product_catalogue() -> None:
    assert "iohexol-350" in foramen("injectate", "--products").output
    listed = json.loads(foramen("injectate", "--products", "--json").output)
    assert {"id", "role", "particulate", "provenance"} <= set(listed[0])


def test_a_consent_is_written_with_the_record_to_sign(tmp_path: Path) -> None:
    assert "What can go wrong" in foramen("consent", ONE / "referral.json").output
    assert foramen("consent", ONE / "referral.json", "--out", tmp_path / "c").exit_code == 0
    assert (tmp_path / "c" / "consent.md").read_text().startswith("# Your injection at the L5 nerve")
    unsigned = foramen("consent", ONE / "referral.json", "--signed", tmp_path / "c" / "consent.json")
    assert unsigned.exit_code == 4
    assert "Nobody has signed." in unsigned.output


def test_a_signed_consent_is_checked() -> None:
    words = ("consent", ONE / "referral.json", "--signed", ONE / "consent.json", "--at", "2025-03-13T08:55+01:00")
    assert foramen(*words).exit_code == 0
    assert json.loads(foramen(*words, "--json").output)["holds"] is True
    assert foramen(*words, "--root", "L5-right").exit_code == 4


def test_a_procedure_shows_what_was_refused() -> None:
    shown = foramen("procedure", NINE / "procedure.json")
    assert shown.exit_code == 4
    assert "The patient says left, the plan says right" in shown.output
    told = json.loads(foramen("procedure", TEN / "procedure.json", "--json").output)
    assert told["stage"] == "done"
    assert [refused["event"] for refused in told["refused"]] == ["released", "injected"]
    assert foramen("procedure", TWELVE / "procedure.json").exit_code == 0


def test_an_emergency_card_is_one_step_away() -> None:
    shown = foramen("procedure", "--card", "last", "--weight", "70")
    assert shown.exit_code == 0
    assert "105 mL over 1 minute" in shown.output
    assert json.loads(foramen("procedure", "--card", "haematoma", "--json").output)["id"] == "haematoma"


def test_the_way_home(tmp_path: Path) -> None:
    words = ("discharge", TWO / "recovery.json", "--referral", TWO / "on-the-day.json", "--visit", TWO / "visit.json")
    early = foramen(*words, "--at", "2025-03-13T10:01+01:00")
    assert early.exit_code == 4
    assert "NOT YET" in early.output
    late = foramen(*words, "--at", "2025-03-13T11:31+01:00", "--out", tmp_path / "home")
    assert late.exit_code == 0
    assert "warfarin: not before Fri 14 Mar 2025, 00:00" in (tmp_path / "home" / "leaflet.md").read_text()


def test_a_call() -> None:
    assert foramen("call", FIVE / "call.json").exit_code == 0
    shown = foramen("call", TEN / "call.json")
    assert shown.exit_code == 4
    assert "EMERGENCY" in shown.output
    assert "Urgent MRI." in shown.output


def test_an_outcome_with_its_curve(tmp_path: Path) -> None:
    shown = foramen("outcome", ONE / "diary.json", "--now", "2025-06-20T09:00+02:00", "--out", tmp_path / "o")
    assert shown.exit_code == 0
    assert "Substantial relief" in shown.output
    assert (tmp_path / "o" / "pain-curve.png").read_bytes().startswith(b"\x89PNG")
    early = foramen("outcome", ONE / "diary.json", "--now", "2025-03-20T09:00+01:00", "--json")
    assert json.loads(early.output)["verdict"] == "too-early"


def test_a_block_with_its_figures() -> None:
    shown = foramen("outcome", TWELVE / "diary.json", "--block", TWELVE / "block.json")
    assert "The relief supports L5-right" in shown.output
    assert "specificity from 10 to 86 %" in " ".join(shown.output.split())


def test_a_cohort(tmp_path: Path) -> None:
    diaries = sorted(EXAMPLES.glob("*/diary.json"))
    shown = foramen("outcome", *diaries, "--out", tmp_path / "cohort")
    assert "5 patients" in shown.output
    assert (tmp_path / "cohort" / "cohort.png").exists()
    assert json.loads(foramen("outcome", *diaries, "--json").output)["patients"] == 5


def test_what_can_not_be_right_is_refused_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    cases: list[tuple[tuple[str | Path, ...], type[ForamenError], str]] = [
        (("injectate",), UsageError, "Say what is drawn up"),
        (("procedure",), UsageError, "Say which procedure"),
        (("injectate", tmp_path / "none.json"), InputError, "none.json can't be read"),
        (("injectate", broken), InputError, "broken.json: This can't be read as Injectate"),
        (("injectate", ONE / "injectate.json", "--weight", "-1"), UsageError, "over 0 and up to 400"),
        (
            ("injectate", ONE / "injectate.json", "--weight", "70", "--referral", ONE / "referral.json"),
            UsageError,
            "not both",
        ),
        (("outcome", ONE / "diary.json", "--now", "yesterday"), UsageError, "'yesterday' is not a moment"),
        (("outcome", ONE / "diary.json", TWO / "diary.json", "--block", broken), UsageError, "belongs to one diary"),
        (("outcome", TWELVE / "diary.json"), UsageError, "say how the block was done with --block"),
        (("procedure", "--card", "flood"), UsageError, "no emergency card 'flood'"),
    ]
    for words, kind, sentence in cases:
        error = refusal(*words)
        assert isinstance(error, kind)
        assert sentence in str(error)


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith("foramen.plan")])
def test_every_format_has_a_schema(name: str) -> None:
    assert json_schema(name)["$id"] == name


def test_the_files_of_the_worked_patients_say_which_format_they_are() -> None:
    for path in EXAMPLES.glob("*/*.json"):
        if not path.name.startswith("expected-"):
            assert json.loads(path.read_text())["schema"] in FORMATS, path
