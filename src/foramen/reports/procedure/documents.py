"""One procedure report in every form: HTML, PDF, JSON and DICOM Encapsulated PDF."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from foramen.reports.html import set_page
from foramen.reports.pdf import Paper, set_on_paper
from foramen.reports.pictures import JPEG_QUALITY
from foramen.reports.pictures import Picture as Shown
from foramen.reports.procedure.content import Picture, ProcedureReport
from foramen.reports.procedure.encapsulated import encapsulated_pdf
from foramen.reports.procedure.sections import Sheet, sheet


@dataclass(frozen=True)
class ProcedureDocuments:
    """The report, set.

    Attributes
    ----------
    html
        One self-contained page: nothing is fetched, nothing runs.
    pdf
        Tagged (PDF/UA-1), A4 or Letter, side and level at the top left of every sheet.
    json
        `foramen.procedure-report/1`.
    dicom
        A DICOM file: the PDF as Encapsulated PDF Storage, in the study of the planning CT where that is known.
    """

    html: str
    pdf: bytes
    json: str
    dicom: bytes

    def write(self, folder: Path) -> None:
        """Write `report.html`, `report.pdf`, `report.json` and `report.dcm` into a folder that exists."""
        (folder / "report.html").write_text(self.html, encoding="utf-8")
        (folder / "report.pdf").write_bytes(self.pdf)
        (folder / "report.json").write_text(self.json + "\n", encoding="utf-8")
        (folder / "report.dcm").write_bytes(self.dicom)


def procedure_report(
    content: ProcedureReport, pictures: Mapping[str, Image.Image] | None = None, *, paper: Paper = Paper.A4
) -> ProcedureDocuments:
    """Set a procedure report.

    Parameters
    ----------
    content : ProcedureReport
        What it says. `compose` builds it from a plan, the readings of control scans and contrast, and the record of the
        table; an application that keeps more (referral, consent, batches, dose, pain, discharge) fills in the other
        parts with `content.model_copy(update=...)`. Every part that is left out is printed as "not recorded".
    pictures : mapping of str to PIL image, optional
        By `content.pictures[n].name`; a picture whose pixels are not given is left out.
    paper : Paper

    Examples
    --------
    A route of the web application needs no more than::

        content = compose(record, plan=plan, looks=looks, spreads=spreads, made_at=now, software=software)
        documents = procedure_report(content, pictures)
        return Response(documents.pdf, media_type="application/pdf")
    """
    words, shown = sheet(content), _shown(content, pictures or {})
    page = set_page(
        "procedure.html",
        sheet=words,
        pictures=[{"title": p.title, "words": p.words, "shown": shown[p.name]} for p in _kept(content, shown)],
    )
    pdf = set_on_paper("procedure.typ", _data(content, words, shown), shown.values(), paper, content.made_at)
    return ProcedureDocuments(page, pdf, content.model_dump_json(indent=2), encapsulated_pdf(content, pdf, words.title))


def _data(content: ProcedureReport, words: Sheet, shown: dict[str, Shown]) -> dict[str, object]:
    pictures = [
        {"title": p.title, "words": p.words, "file": f"{p.name}.jpg", "alt": shown[p.name].alt}
        | {"aspect": shown[p.name].width / shown[p.name].height}
        for p in _kept(content, shown)
    ]
    return asdict(words) | {"pictures": pictures}


def _kept(content: ProcedureReport, shown: dict[str, Shown]) -> list[Picture]:
    return [picture for picture in content.pictures if picture.name in shown]


def _shown(content: ProcedureReport, pictures: Mapping[str, Image.Image]) -> dict[str, Shown]:
    found = {}
    for picture in content.pictures:
        if (image := pictures.get(picture.name)) is not None:
            copy = BytesIO()
            image.convert("RGB").save(copy, "JPEG", quality=JPEG_QUALITY, subsampling=0)
            alt = f"{picture.title}. {picture.words}".strip()
            found[picture.name] = Shown(picture.name, alt, image.width, image.height, copy.getvalue())
    return found
