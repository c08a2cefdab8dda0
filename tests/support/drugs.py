"""The straightforward patient with one drug, and what a policy says about it."""

from datetime import datetime, timedelta
from typing import Any

from foramen.pathway.medication import MedicationAdvice, advise, read_policy
from support.patients import DAY, referral

NEEDLE = datetime.fromisoformat("2025-03-13T09:00:00+01:00")


def lab(test: str, value: float, at: str = "2025-03-13T07:00:00+01:00", **more: Any) -> dict[str, Any]:
    return {"test": test, "value": value, "at": at, **more}


def taking(drug: str, policy: str, *, hours: float | None = None, at: str = DAY, **more: Any) -> MedicationAdvice:
    """Advice for one drug, its last dose so many hours before the needle."""
    medication: dict[str, Any] = {"drug": drug}
    if "intensity" in more:
        medication["intensity"] = more.pop("intensity")
    if hours is not None:
        medication["last_dose"] = (NEEDLE - timedelta(hours=hours)).isoformat()
    labs = [lab("platelets-e9-per-l", 220), *more.pop("labs", [])]
    about = referral({"medications": [medication], "labs": labs, **more})
    return advise(about, read_policy(policy), datetime.fromisoformat(at))


def kidneys(crcl: float) -> dict[str, Any]:
    """The straightforward patient's facts with a creatinine that gives this clearance."""
    return {"labs": [lab("creatinine-umol-per-l", (140 - 47) * 82 * 1.23 / crcl)]}
