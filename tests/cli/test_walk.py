"""What the walk's table does with an event out of order."""

from datetime import UTC, datetime

import pytest

from foramen.cli.walk.table import OrderBroken, Table
from foramen.pathway.procedure import Booking
from foramen.pathway.procedure.events import Advanced, Anaesthetised, Injected, Released

BOOKING = Booking(root="L5-right", consent_valid=True, weight_kg=70)


def begun() -> Table:
    table = Table(BOOKING, datetime(2026, 11, 20, 9, tzinfo=UTC))
    table.begin()
    return table


def test_an_order_fault_of_the_walk_is_refused() -> None:
    table = begun()
    with pytest.raises(OrderBroken, match="out of order"):
        table.happens(Released(by="Dr A"))
    table.happens(Anaesthetised(product="lidocaine-1", volume_ml=4))
    table.happens(Advanced(needle="1", depth_mm=40, image="control-1"))
    medicine = {"product": "lidocaine-1", "volume_ml": 1}
    with pytest.raises(OrderBroken, match="No medicine before contrast"):
        table.happens(Injected.model_validate({"needle": "1", "given": (medicine,), "slowly": True}))


def test_every_event_has_its_time_and_the_record_runs_again() -> None:
    table = begun()
    times = [event.at for event in table.record.events]
    assert times == sorted(times)
    assert not table.record.course().refused
