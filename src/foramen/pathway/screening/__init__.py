"""From referral to decision: may this patient have this injection, and under what plan."""

from foramen.pathway.screening.glucose import GlucoseDay, glucose_plan
from foramen.pathway.screening.overrides import Overrides
from foramen.pathway.screening.result import PolicyStamp, Screening
from foramen.pathway.screening.screen import RULE_FILES, all_rules, screen

__all__ = [
    "RULE_FILES",
    "GlucoseDay",
    "Overrides",
    "PolicyStamp",
    "Screening",
    "all_rules",
    "glucose_plan",
    "screen",
]
