import re
import shutil
import subprocess
import zlib
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from PIL import Image

from foramen.errors import UsageError
from foramen.planning.plan import PlannedRoot, RootStatus
from foramen.reports import Paper, write_plan_report
from support.report_patient import patient, plan_for, three_answers

MADE_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script>^#let x = 1 $ \\ "quoted"'


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    ct, anatomy = patient(patient_name=HOSTILE, study_description="*bold* _it_ @ref #panic()")
    write_plan_report(three_answers(ct, anatomy), ct, anatomy, folder, made_at=MADE_AT)
    return folder


@pytest.fixture(scope="module")
def page(report):
    return (report / "report.html").read_text(encoding="utf-8")


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.words, self.addresses = set(), [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.addresses += [v for k, v in attributes if k in ("src", "href", "srcset", "action", "data") and v]
        assert not any(k.startswith("on") for k, _ in attributes)

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


def pdf_streams(path) -> bytes:
    """Everything a PDF holds, its compressed streams unpacked."""
    raw = path.read_bytes()
    parts = [raw]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", raw, re.DOTALL):
        try:
            parts.append(zlib.decompressobj().decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_writes_a_page_a_paper_and_a_picture_for_each_view(report):
    names = {p.name for p in (report / "pictures").iterdir()}
    views = ("needle-bone", "needle-soft", "axial", "3d", "side")
    roots = {f"{root}-{view}.png" for root in ("L4-left", "L5-right") for view in views}
    assert names == roots | {"overview-coronal.png", "overview-sagittal.png"}
    assert {p.name for p in report.iterdir()} == {"pictures", "report.html", "report.pdf"}
    with Image.open(report / "pictures" / "L4-left-axial.png") as picture:
        assert picture.mode == "RGB"


def test_the_page_fetches_and_runs_nothing(page, read):
    assert all(address.startswith(("data:image/jpeg;base64,", "#")) for address in read.addresses)
    assert "script" not in read.tags
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page


def test_hostile_names_stay_words(read):
    assert "<script>alert(1)</script>" in "".join(read.words)


def test_the_page_says_every_warning_reason_and_source(read):
    said = " ".join(" ".join(read.words).split())
    for words in (
        "Lung was not labelled.",
        "Tilt was straightened.",
        "The sac was drawn in.",
        "The ganglion is large.",
        "Every route meets the iliac crest.",
        "bone on the shaft 900",
        "Nearest miss: Bone 1.2 mm",
        "The sacrum is not in the scan.",
        "lung, pleura",
        "sha256:",
        "bone margin 2 mm",
        "Fri 20 Nov 2026, 09:30",
        "Thu 19 Nov 2026",
    ):
        assert words in said
    assert said.count("not a certified medical device") == 1


def test_warnings_come_before_results_and_sources_last(page):
    order = [
        page.index(words) for words in ("Read first", "Every root asked for", 'id="L4-left"', ">Settings<", "sha256")
    ]
    assert order == sorted(order)


def test_the_paper_has_one_page_a_root_between_the_first_and_the_last(report):
    everything = pdf_streams(report / "report.pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", everything)) == 1 + 2 + 1


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext reads the words back")
def test_words_can_be_taken_out_of_the_paper(report):
    text = subprocess.run(
        ["pdftotext", "-layout", report / "report.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    first, left, right, last = text.split("\f")[:4]
    assert "<script>alert(1)</script>" in first
    assert "#panic()" in first
    assert "L4 LEFT" in left
    assert "L5 RIGHT" in right
    assert "THE GANGLION" not in left
    assert "The ganglion is large." in left
    assert "Sources" in last


@pytest.mark.parametrize(("paper", "box"), [(Paper.A4, (595, 842)), (Paper.LETTER, (612, 792))])
def test_the_same_input_gives_the_same_bytes_on_either_paper(tmp_path, paper, box):
    ct, anatomy = patient()
    plan = plan_for(ct, anatomy, *three_answers(ct, anatomy).roots[:1])
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        write_plan_report(plan, ct, anatomy, tmp_path / name, made_at=MADE_AT, paper=paper)
    for file in ("report.html", "report.pdf", "pictures/L4-left-3d.png"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    media = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf_streams(tmp_path / "first" / "report.pdf"))
    assert (round(float(media[1])), round(float(media[2]))) == box
    assert len(re.findall(rb"/Type\s*/Page\b", pdf_streams(tmp_path / "first" / "report.pdf"))) == 3


def test_no_route_at_all_is_a_report_too(tmp_path):
    ct, anatomy = patient(patient_name="", patient_id="", study_date="", series_number="")
    nothing = PlannedRoot(root="S1-right", status=RootStatus.NOT_VISIBLE, reason="the sacrum is not in the scan")
    stages = []
    write_plan_report(
        plan_for(ct, anatomy, nothing), ct, anatomy, tmp_path, lambda stage, _: stages.append(stage), made_at=MADE_AT
    )
    assert "The sacrum is not in the scan." in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert stages[-1] == "writing the report"


def test_a_scan_that_names_nobody_is_reported_as_such(tmp_path):
    ct, anatomy = patient(patient_name="", patient_id="", study_date="", series_number="")
    plan = plan_for(ct, anatomy, *three_answers(ct, anatomy).roots[:1])
    write_plan_report(plan, ct, anatomy, tmp_path, made_at=MADE_AT)
    assert "not named in the file" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_unknown_paper_is_refused_before_anything_is_written(tmp_path):
    ct, anatomy = patient()
    with pytest.raises(UsageError, match="a4 or letter"):
        write_plan_report(three_answers(ct, anatomy), ct, anatomy, tmp_path, made_at=MADE_AT, paper="a3")
    assert not list(tmp_path.iterdir())
