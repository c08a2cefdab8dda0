"""How to get there: targets, constraints, route search, robustness and the plan."""

from foramen.planning.plan import Approach, Clearance, Needle, Plan, PlannedRoot, RootStatus, Route, SkinMark
from foramen.planning.plan_routes import plan_routes
from foramen.planning.settings import PlanSettings

__all__ = [
    "Approach",
    "Clearance",
    "Needle",
    "Plan",
    "PlanSettings",
    "PlannedRoot",
    "RootStatus",
    "Route",
    "SkinMark",
    "plan_routes",
]
