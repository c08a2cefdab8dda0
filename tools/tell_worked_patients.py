"""Put the stories of `examples/*/README.md` into one page of the documentation, `docs/worked-patients.md`."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "worked-patients.md"
HEAD = """# Twelve worked patients

Invented people, each with one thing that matters, from the referral as far as each of them gets. Their files are in
`examples/`, one folder per patient, and the test suite holds every result to these stories.
"""


def told() -> str:
    """The page, from the stories as they are now."""
    stories = [path.read_text(encoding="utf-8").strip() for path in sorted((ROOT / "examples").glob("*/README.md"))]
    return "\n\n".join([HEAD.strip(), *("#" + story for story in stories)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(told(), encoding="utf-8")
