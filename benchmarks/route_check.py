"""A route moved by hand: from the request to the answer on the server, `/api/cases/{id}/routes/check`.

A digital patient of 512 × 512 × 200 voxels is kept as a case keeps it; the application runs whole, with sign-in, form
token and its own compute process. Both ends of each root's best route are moved at random by some millimetres, as
a hand moves them. Times are the client's, over the loopback within one process, one request after the other.
"""

import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

ROOTS = ("L5-left", "L4-right")
CHECKS = 200
GOAL_MS = 100


def run() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder))


def _measured(folder: Path) -> str:
    from fastapi.testclient import TestClient

    from foramen.web.app import create_app
    from foramen.web.app_settings import AppSettings

    settings = AppSettings(
        record_url=f"sqlite:///{folder / 'record.sqlite'}",
        store=folder / "store",
        secret="of this benchmark",
        secure_cookies=False,
        hosts=("*",),
    )
    with TestClient(create_app(settings)) as client:
        case, routes = _planned_case(client.app.state.records, client, settings)
        lines = ["| root | first, s | median, ms | p95, ms | slowest, ms | under 100 ms |", "|---|---|---|---|---|---|"]
        for root in ROOTS:
            first, rest = _checks(client, case, root, *routes[root])
            share = np.mean(rest < GOAL_MS)
            figures = f"{np.median(rest):.0f} | {np.percentile(rest, 95):.0f} | {rest.max():.0f} | {share:.1%}"
            lines.append(f"| {root} | {first / 1000:.1f} | {figures} |")
    lines.append("")
    lines.append("The first request measures the root's surroundings; the page sends it when a root is opened.")
    return "\n".join(lines)


def _planned_case(records, client, settings):
    """A case with a scan, its anatomy and the routes to move, and somebody signed in."""
    from foramen.anatomy import Root, from_labels
    from foramen.planning import plan_routes
    from foramen.records import SOFTWARE, Role
    from foramen.records.events import AnatomyFound, CaseOpened, Identity, Purpose, ScanReceived
    from foramen.simulation import DigitalPatient, ScanProtocol
    from foramen.web.csrf import HEADER, session_cookie
    from foramen.web.images.kept import write_anatomy, write_ct

    now = datetime.now(UTC)
    scan = DigitalPatient().scan(ScanProtocol(spacing_mm=(0.8, 0.8, 1.0), field_of_view_mm=(409.6, 409.6, 200.0)))
    anatomy = from_labels(scan.ct, scan.labels)
    plan = plan_routes(scan.ct, anatomy, tuple(map(Root.parse, ROOTS)))
    routes = {root.root: (root.routes[0].entry_mm, root.routes[0].target_mm) for root in plan.roots}
    digests = []
    for write, what in ((write_ct, scan.ct), (write_anatomy, anatomy)):
        path = records.store.folder / "kept"
        write(what, path)
        digests.append(records.store.put(path))
    who = records.people.add(login="r", name="R", roles=[Role.RADIOLOGIST], password="x" * 20, by=SOFTWARE, at=now)
    patient = Identity(name="Nobody, Real", born=date(1960, 1, 1), number="0")
    case = records.open_case(CaseOpened(patient=patient, roots=ROOTS), by=who.actor, at=now)
    x, y, z = (float(v) for v in scan.ct.spacing_mm)
    received = ScanReceived(digest=digests[0], purpose=Purpose.PLANNING, shape=scan.ct.shape, spacing=(x, y, z))
    found = AnatomyFound(digest=digests[1], scan=digests[0], provider="labels")
    records.append(case, after=None, contents=[received, found], by=who.actor, at=now)
    client.cookies.set(session_cookie(settings), records.sessions.open(who.id, at=now))
    client.headers[HEADER] = client.get("/").text.split('name="csrf-token" content="')[1].split('"')[0]
    return case, routes


def _checks(client, case, root, entry, target) -> tuple[float, np.ndarray]:
    random = np.random.default_rng(1)
    times = []
    for number in range(CHECKS + 1):
        shift = random.normal(0, 4, (2, 3)) if number else np.zeros((2, 3))
        drawn = {
            "root": root,
            "entry_mm": (np.array(entry) + shift[0]).tolist(),
            "target_mm": (np.array(target) + shift[1] / 2).tolist(),
        }
        began = time.perf_counter()
        answer = client.post(f"/api/cases/{case}/routes/check", json=drawn)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
    return times[0], np.array(times[1:])


if __name__ == "__main__":  # the compute process starts from this file
    print(run())
