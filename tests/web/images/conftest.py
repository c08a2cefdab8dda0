"""A case with a planned scan: the small digital patient, sent and worked off as at a site."""

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from foramen.records import SOFTWARE, Case, Role
from foramen.records.events import CaseOpened, Identity
from foramen.web.worker import work_off
from support.small_patient import ROOTS, SmallPatient, small_patient
from support.worked_cases import worked_case


@pytest.fixture(scope="session")
def patient(tmp_path_factory: pytest.TempPathFactory) -> SmallPatient:
    """Made once for all processes of this run, and for no other run."""
    own = tmp_path_factory.getbasetemp()
    return small_patient(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@dataclass
class AtSite:
    """A case at a site, and what its pages do there."""

    site: object
    id: str

    @property
    def case(self) -> Case:
        return self.site.records.case(self.id)

    def send(self, files: list[Path], purpose: str = "planning", role: Role = Role.RADIOGRAPHER, **fields: str):
        """Upload as the script does: the token in the header, JSON back."""
        parts = [("files", (path.name, path.read_bytes())) for path in files]
        parts += [("labels", (path.name, path.read_bytes())) for path in fields.pop("labels", [])]
        client = self.site.client(role)
        return client.post(
            f"/cases/{self.id}/scans",
            data={"purpose": purpose, **fields},
            files=parts,
            headers={"Accept": "application/json"},
        )

    def work(self) -> int:
        """What the worker does, here and now."""
        return work_off(self.site.records, clock=self.site.clock)


def opened(site, roots=ROOTS) -> AtSite:
    """A new case."""
    content = CaseOpened(patient=Identity(name="Example, Ada", born=date(1960, 2, 3), number="4711"), roots=roots)
    return AtSite(site, site.records.open_case(content, by=SOFTWARE, at=site.clock()))


@pytest.fixture
def fresh(site) -> AtSite:
    """A case without a scan, at a site of its own."""
    return opened(site)


@pytest.fixture(scope="module")
def planned(shared_site, patient) -> AtSite:
    """A case whose planning scan was read and planned."""
    at = opened(shared_site)
    patient.planned_in(shared_site.records, at.id, shared_site.clock())
    return at


@pytest.fixture(scope="module")
def at_table(shared_site, patient) -> AtSite:
    """The straightforward patient on the morning of the procedure: consented, planned, L5 left approved."""
    return on_the_morning(shared_site, patient)


def on_the_morning(site, patient) -> AtSite:
    site.clock.move(datetime.fromisoformat("2025-03-13T08:56:00+01:00") - site.clock())
    at = AtSite(site, worked_case(site.records, "01-straightforward", until="consented"))
    patient.planned_in(site.records, at.id, site.clock(), as_root="L5-left")
    case = at.case
    approval = {"root": "L5-left", "route_id": case.planned.roots[0].routes[0], "after": case.version}
    client = site.client(Role.RADIOLOGIST)
    assert client.post(f"/api/cases/{at.id}/routes/approve", json=approval).status_code == 200
    return at


@pytest.fixture(scope="module")
def planned_nothing(shared_site) -> AtSite:
    """A case that several tests send scans to."""
    return opened(shared_site)
