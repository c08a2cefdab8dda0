"""The report as one self-contained page: style and pictures inside, nothing fetched, nothing run."""

from base64 import b64encode

from jinja2 import Environment, PackageLoader, StrictUndefined

from foramen.reports.content import Content
from foramen.reports.pictures import Picture


def plan_page(content: Content, pictures: dict[str, list[Picture]]) -> str:
    """Set the plan report as HTML; every word is escaped by the template engine."""
    templates = Environment(
        loader=PackageLoader("foramen.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.filters["source"] = _source
    return templates.get_template("report.html").render(content=content, pictures=pictures)


def _source(picture: Picture) -> str:
    return "data:image/jpeg;base64," + b64encode(picture.jpeg).decode("ascii")
