"""An upload becomes a scan of the case: read with the project's own bounded readers, and kept exactly."""

from datetime import datetime
from pathlib import Path

from foramen.errors import InputError
from foramen.imaging import read_ct
from foramen.imaging.ct import Ct, ScanIdentity
from foramen.imaging.image import is_image_file
from foramen.records import Case
from foramen.records.events import Identity, Purpose, ScanReceived
from foramen.web.images.kept import write_ct
from foramen.web.images.work.kinds import Kind
from foramen.web.images.work.task import Task

NOT_THIS_PATIENT = (
    "The files carry another {what} than this patient: check whose scan it is. If the files were anonymised and it is "
    "this patient's, say so below the file field and send it again."
)
UNNAMED = "The files do not say whose scan it is; whoever sent it answers for it."
NAME_IT, ASK_FOR_IT = "name another with --series", "ask for another under More when you send it"
"""What `Ct.choice` says at a terminal, and on the page."""
OTHER_NUMBER = "The files carry another patient number, but the same date of birth."


def read_scan_job(task: Task) -> dict[str, object]:
    """Read the upload, keep it, and ask for what follows from its purpose."""
    token, purpose = str(task.told("upload")), Purpose(task.told("purpose"))
    try:
        ct = read_ct(what_arrived(task.spool.upload(token)), series=task.told("series") or None, progress=task.progress)
        warnings = whose(ct.identity, task.case.patient, checked=bool(task.told("identity_checked")))
        task.progress("keeping the scan", 0.0)
        digest = task.put(lambda path: write_ct(ct, path))
        task.keep(_received(ct, digest, purpose, warnings), by=task.job.by)
    except InputError:
        task.spool.forget(token)
        raise
    _go_on(task, digest, purpose)
    task.spool.forget(token)
    return {"scan": digest}


def what_arrived(folder: Path) -> Path:
    """The file, where one file was sent that is a whole by itself, else the folder of all of them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    if not files:
        raise InputError("Nothing arrived; choose a folder, a zip or a file and send it again.")
    images = [path for path in files if is_image_file(path)]
    if len(files) == 1:
        return files[0]
    if images:
        raise InputError("Send one NIfTI or NRRD file by itself, or one folder of DICOM files.")
    return folder


def whose(named: ScanIdentity, patient: Identity, *, checked: bool) -> tuple[str, ...]:
    """What must be said of whose scan it is.

    Raises
    ------
    InputError
        If the files name somebody else and nobody has said that this was checked.
    """
    born = _day(named.birth_date)
    other_day = bool(born) and born != patient.born
    other_number = bool(named.patient_id and patient.number) and named.patient_id.strip() != patient.number.strip()
    if checked:
        return ("The files carry other identifiers; whoever sent them has checked that they are this patient's.",)
    if other_day:
        raise InputError(NOT_THIS_PATIENT.format(what="date of birth"))
    if other_number and born is None:
        raise InputError(NOT_THIS_PATIENT.format(what="patient number"))
    if other_number:
        return (OTHER_NUMBER,)
    return () if born or named.patient_id else (UNNAMED,)


def _day(text: str) -> object:
    try:
        return datetime.strptime(text.strip(), "%Y%m%d").date()
    except ValueError:
        return None


def _received(ct: Ct, digest: str, purpose: Purpose, warnings: tuple[str, ...]) -> ScanReceived:
    x, y, z = (float(v) for v in ct.spacing_mm)
    return ScanReceived(
        digest=digest,
        purpose=purpose,
        series=ct.identity.series_uid,
        shape=ct.shape,
        spacing=(x, y, z),
        fingerprint=ct.fingerprint,
        warnings=(*warnings, *ct.warnings, *([ct.choice.replace(NAME_IT, ASK_FOR_IT)] if ct.choice else [])),
    )


def _go_on(task: Task, digest: str, purpose: Purpose) -> None:
    """A planning scan is searched for anatomy, a control scan for the needle, two contrast scans are compared."""
    case = task.case
    if purpose is Purpose.PLANNING:
        task.then(Kind.FIND_ANATOMY, scan=digest, labels=task.told("labels"), corrections=None)
    elif (root := task.told("root")) is None or root not in case.approvals:
        return
    elif purpose is Purpose.CONTROL:
        task.then(Kind.CHECK_NEEDLE, scan=digest, root=root)
    elif purpose is Purpose.AFTER_CONTRAST and (before := before_contrast(case, root)) is not None:
        given = {"injected_ml": task.told("injected_ml"), "iodine_mg_ml": task.told("iodine_mg_ml")}
        task.then(Kind.READ_SPREAD, before=before, after=digest, root=root, **given)


def before_contrast(case: Case, root: str) -> str | None:
    """The scan that one with contrast is compared with: the last without any in which this root's needle was read."""
    return next((reading.scan for reading in reversed(case.needles) if reading.root == root), None)
