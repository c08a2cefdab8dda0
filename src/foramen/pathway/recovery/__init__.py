"""After the needle: the recovery room, the way home, and what the patient takes along."""

from foramen.pathway.recovery.analgesia import AnalgesicPlan, DayDose, PlanKind, analgesic_plan
from foramen.pathway.recovery.discharge import Destination, DischargeReport, discharge
from foramen.pathway.recovery.leaflet import Visit, leaflet
from foramen.pathway.recovery.observations import (
    GoingHome,
    LegCheck,
    Observation,
    Recovery,
    Sensation,
    observation_times,
)

__all__ = [
    "AnalgesicPlan",
    "DayDose",
    "Destination",
    "DischargeReport",
    "GoingHome",
    "LegCheck",
    "Observation",
    "PlanKind",
    "Recovery",
    "Sensation",
    "Visit",
    "analgesic_plan",
    "discharge",
    "leaflet",
    "observation_times",
]
