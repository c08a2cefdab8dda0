"""The report as one self-contained page: style and pictures inside, nothing fetched, nothing run."""

from base64 import b64encode
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from foramen.reports.content import Content
from foramen.reports.pictures import Picture


def plan_page(content: Content, pictures: dict[str, list[Picture]]) -> str:
    """Set the plan report as HTML; every word is escaped by the template engine."""
    return set_page("report.html", content=content, pictures=pictures)


def set_page(template: str, **told: Any) -> str:
    """Set what is told by one of the templates; pictures become part of the page."""
    templates = Environment(
        loader=PackageLoader("foramen.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.filters["source"] = _source
    return templates.get_template(template).render(**told)


def _source(picture: Picture) -> str:
    return "data:image/jpeg;base64," + b64encode(picture.jpeg).decode("ascii")
