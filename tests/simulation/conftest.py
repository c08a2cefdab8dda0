"""One patient and one close scan of the lower lumbar spine, shared by the tests of what is in it."""

import pytest

from foramen.simulation import DigitalPatient, DigitalScan, ScanProtocol


@pytest.fixture(scope="session")
def patient() -> DigitalPatient:
    return DigitalPatient()


@pytest.fixture(scope="session")
def close_scan(patient: DigitalPatient) -> DigitalScan:
    """L3 to S2 at about a millimetre, seen from the back, without noise."""
    protocol = ScanProtocol(
        spacing_mm=(0.9, 0.9, 1.2), field_of_view_mm=(130, 110, 150), centre_mm=(0, 32, -60), noise_hu=0
    )
    return patient.scan(protocol)


@pytest.fixture(scope="session")
def whole_scan(patient: DigitalPatient) -> DigitalScan:
    """The whole trunk, coarsely, with noise."""
    protocol = ScanProtocol(spacing_mm=(3, 3, 5), field_of_view_mm=(400, 330, 330), centre_mm=(0, -14, 10), noise_hu=15)
    return patient.scan(protocol)
