"""Vertebrae, canal, foramina and roots of a scan, from its label map where one was sent, else from the CT alone."""

from pathlib import Path

from foramen.anatomy.corrections import Corrections
from foramen.anatomy.providers import Provider, find_anatomy
from foramen.errors import InputError
from foramen.records.events import AnatomyFound
from foramen.web.images.kept import write_anatomy
from foramen.web.images.viewing import write_view
from foramen.web.images.work.kinds import Kind
from foramen.web.images.work.read_scan import what_arrived
from foramen.web.images.work.task import Task


def find_anatomy_job(task: Task) -> dict[str, object]:
    """Find it, draw it for the browser, and plan where the levels are certain."""
    scan, corrections = task.digest("scan"), _corrections(task)
    ct, labels = task.ct(scan), _labels(task)
    provider = Provider.GEOMETRIC if corrections and corrections.level else Provider.AUTO
    anatomy = find_anatomy(ct, provider=provider, labels=labels, corrections=corrections, progress=task.progress)
    task.progress("preparing the pictures", 0.0)
    digest = task.put(lambda path: write_anatomy(anatomy, path))
    with task.spool.drawing(digest) as folder:
        write_view(ct, anatomy, folder)
    certain = anatomy.levels is None or anatomy.levels.certain
    found = AnatomyFound(
        digest=digest,
        scan=scan,
        provider=anatomy.provider,
        warnings=tuple(dict.fromkeys((*(anatomy.levels.warnings if anatomy.levels else ()), *anatomy.warnings))),
        levels_certain=certain,
        corrections=task.told("corrections"),
    )
    task.keep(found)
    if certain:
        task.then(Kind.PLAN, scan=scan, anatomy=digest)
    if labels is not None:
        task.spool.forget(str(task.told("labels")))
    return {"anatomy": digest, "certain": certain}


def _labels(task: Task) -> Path | None:
    token = task.told("labels")
    if not token:
        return None
    try:
        folder = task.spool.upload(str(token))
    except InputError:
        raise InputError("The label map is no longer there; send the scan and the label map again.") from None
    return what_arrived(folder)


def _corrections(task: Task) -> Corrections | None:
    digest = task.told("corrections")
    return Corrections.model_validate_json(task.records.store.read(digest)) if digest else None
