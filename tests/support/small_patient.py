"""A digital patient small enough that a browser without a graphics card draws it in seconds: as files to upload, and
as a case that was read and planned, ready to be put into any record."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from foramen.anatomy import write_labels
from foramen.imaging import write_nifti
from foramen.records import SOFTWARE, Records
from foramen.records.events import CaseOpened, Identity, read_content
from foramen.records.store import Store
from foramen.simulation import DigitalPatient, ScanProtocol
from foramen.web.images.spool import Spool
from foramen.web.images.work import Kind
from foramen.web.worker import work_off

PROTOCOL = ScanProtocol(spacing_mm=(2.0, 2.0, 2.0), field_of_view_mm=(320, 300, 170), centre_mm=(0, -10, -50))
ROOTS = ("L4-left", "L4-right")


@dataclass(frozen=True)
class SmallPatient:
    """The files, where things of known side truly are (LPS mm), and what a site made of them."""

    folder: Path

    @property
    def ct(self) -> Path:
        return self.folder / "ct.nii.gz"

    @property
    def labels(self) -> Path:
        return self.folder / "labels.nii.gz"

    @cached_property
    def truth(self) -> dict[str, list[float]]:
        return json.loads((self.folder / "truth.json").read_text())

    def planned_in(self, records: Records, case_id: str, at: datetime, *, as_root: str = "") -> None:
        """Put into a case what reading and planning gave, as its worker would have.

        `as_root` gives the first root's routes another name: what happens at the table asks for an approved route to
        the root that was consented to, not for where it leads.
        """
        made = _once(self.folder / "planned", self._plan)
        for digest in (kept := Store(made / "store")):
            records.store.put(kept.path(digest))
        shutil.copytree(made / "store" / "work" / "drawn", Spool(records.store).folder / "drawn", dirs_exist_ok=True)
        contents = [read_content(text) for text in json.loads((made / "contents.json").read_text())]
        if as_root:
            *before, planned = contents
            plan = kept.read(planned.plan).replace(ROOTS[0].encode(), as_root.encode())
            told = planned.model_dump_json(by_alias=True).replace(ROOTS[0], as_root)
            contents = [*before, read_content(told.replace(planned.plan, records.store.put(plan)))]
        records.append(case_id, after=None, contents=contents, by=SOFTWARE, at=at)

    def _plan(self, folder: Path) -> None:
        records = Records.open(f"sqlite:///{folder / 'record.sqlite'}", store=folder / "store")
        now = datetime.now(UTC)
        patient = Identity(name="Example, Ada", born=date(1960, 2, 3), number="4711")
        case_id = records.open_case(CaseOpened(patient=patient, roots=ROOTS), by=SOFTWARE, at=now)
        spool = Spool(records.store)
        (token, ct), (labels_token, labels) = spool.new_upload(), spool.new_upload()
        shutil.copy(self.ct, ct)
        shutil.copy(self.labels, labels)
        payload = {"upload": token, "labels": labels_token, "purpose": "planning"}
        records.jobs.queue(Kind.READ_SCAN, case_id, payload, by=SOFTWARE, at=now)
        work_off(records)
        contents = [event.content.model_dump_json(by_alias=True) for event in records.case(case_id).history[1:]]
        assert len(contents) == 3, [job.message for job in records.jobs.of_case(case_id)]
        (folder / "contents.json").write_text(json.dumps(contents))
        records.close()


def small_patient(cache: Path) -> SmallPatient:
    """The patient, made once for all processes of a test run that share a folder."""
    return SmallPatient(_once(cache / "small-patient", _scan))


def _scan(folder: Path) -> None:
    scan = DigitalPatient().scan(PROTOCOL)
    write_nifti(scan.ct, folder / "ct.nii.gz")
    write_labels(scan.labels, folder / "labels.nii.gz")
    places = {str(nerve.root): nerve.point_mm.tolist() for nerve in scan.truth.roots}
    places |= {vertebra.level: vertebra.centroid_mm.tolist() for vertebra in scan.truth.vertebrae}
    (folder / "truth.json").write_text(json.dumps(places))


def _once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder that the first process makes and the others wait for."""
    done = folder / "done"
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        until = time.monotonic() + 300
        while not done.exists():
            assert time.monotonic() < until, "whoever makes the small patient did not end"
            time.sleep(0.1)
        return folder
    make(folder)
    done.touch()
    return folder
