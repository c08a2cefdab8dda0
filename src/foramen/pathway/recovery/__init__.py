"""After the needle: the recovery room, the way home, and what the patient takes along."""

from foramen.pathway.recovery.discharge import Destination, DischargeReport, discharge
from foramen.pathway.recovery.observations import LegCheck, Observation, Recovery, Sensation, observation_times

__all__ = [
    "Destination",
    "DischargeReport",
    "LegCheck",
    "Observation",
    "Recovery",
    "Sensation",
    "discharge",
    "observation_times",
]
