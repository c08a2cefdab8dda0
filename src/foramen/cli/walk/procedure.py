"""The whole way: plan, insertion, contrast and release on the digital patient, with every file left behind."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from foramen.anatomy import Root
from foramen.cli.walk.injection import Injecting
from foramen.cli.walk.insertion import Looking
from foramen.cli.walk.record import simulated_record
from foramen.cli.walk.room import Room
from foramen.cli.walk.table import Table
from foramen.errors import InputError
from foramen.pathway.procedure import Booking
from foramen.pathway.procedure.events import Abandoned, Anaesthetised
from foramen.planning import Plan, PlanSettings, Route, plan_routes
from foramen.progress import Progress
from foramen.simulation.case_file import CaseFile
from foramen.simulation.operator import Insertion, Operator, insert

TOOK = timedelta(minutes=40)


@dataclass(frozen=True, eq=False)
class Walked:
    """A finished walk."""

    room: Room
    plan: Plan
    looking: Looking
    insertion: Insertion
    injecting: Injecting
    table: Table
    record: dict[str, Any]


def walk(
    case: CaseFile, folder: Path, progress: Progress, *, made_at: datetime, roots: tuple[Root, ...] = ()
) -> Walked:
    """Walk the whole procedure and leave every file in a folder.

    `patient/` holds the planning CT and its labels, `plan/plan.json` the plan, `control-1/` and so on each control scan
    with its reading, `contrast-1/` and so on each injection of contrast with its three scans and its reading,
    `procedure.json` what happened at the table (`foramen.procedure/1`), `simulated.json` all of it beside the truth.

    Parameters
    ----------
    case : CaseFile
    folder : Path
        Exists; the caller makes it appear whole or not at all.
    progress : Progress
    made_at : datetime
        With its time zone: when the procedure ended.
    roots : tuple of Root
        What else to plan for.

    Raises
    ------
    InputError
        If no route leads to the root.
    """
    room = Room.prepared(case, folder, progress)
    wanted = tuple(dict.fromkeys((case.target, *roots)))
    plan = plan_routes(room.planning, room.anatomy, wanted, PlanSettings(), progress=progress)
    (folder / "plan").mkdir()
    (folder / "plan" / "plan.json").write_text(plan.model_dump_json(indent=2) + "\n", encoding="utf-8")
    route = _route(plan, case.target)
    table = Table(_booking(case), made_at - TOOK)
    table.begin()
    table.happens(Anaesthetised(product="lidocaine-1", volume_ml=4.0))
    looking = Looking(room, table, plan, route, made_at, progress)
    operator = Operator(
        np.array(route.entry_mm),
        np.array(route.target_mm),
        case.target.side,
        np.random.default_rng(case.seed),
        case.operator.gauge,
        max(120.0, route.depth_mm + 30),
    )
    insertion = insert(operator, looking if case.operator.advised else looking.unheard, labels=room.scan.labels)
    injecting = Injecting(looking, operator, insertion.needles[-1])
    if insertion.arrived:
        injecting.run()
    else:
        table.happens(Abandoned(by="clinician", reason="the needle was not brought to the target"))
        table.end()
    record = simulated_record(case, looking, insertion, injecting, table.state)
    (folder / "simulated.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    (folder / "procedure.json").write_text(table.record.to_json() + "\n", encoding="utf-8")
    return Walked(room, plan, looking, insertion, injecting, table, record)


def _route(plan: Plan, root: Root) -> Route:
    planned = next(found for found in plan.roots if found.root == str(root))
    route = next((route for route in planned.routes if route.recommended), None)
    if route is None:
        raise InputError(f"No route to {root} was found in this patient: {planned.reason}.")
    return route


def _booking(case: CaseFile) -> Booking:
    patient = case.parameters
    return Booking(
        root=str(case.target),
        consent_valid=True,
        weight_kg=round(patient.bmi * (patient.stature_cm / 100) ** 2),
        height_cm=patient.stature_cm,
        female=patient.sex == "female",
    )
