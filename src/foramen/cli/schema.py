"""`foramen schema`: the JSON Schema of a file format."""

import json
from importlib import import_module
from typing import Annotated

import typer

from foramen.cli.console import print_json
from foramen.errors import UsageError

FORMATS = {
    "foramen.plan/1": "foramen.planning.plan:Plan",
    "foramen.spine/1": "foramen.anatomy.spine_file:SpineFile",
    "foramen.corrections/1": "foramen.anatomy.corrections:Corrections",
    "foramen.needle/1": "foramen.guidance.needle_file:NeedleFile",
    "foramen.spread/1": "foramen.guidance.spread_file:SpreadFile",
    "foramen.referral/1": "foramen.pathway.facts:Referral",
    "foramen.site/1": "foramen.pathway.site:Site",
    "foramen.overrides/1": "foramen.pathway.screening:Overrides",
    "foramen.screening/1": "foramen.pathway.screening:Screening",
    "foramen.consent/1": "foramen.pathway.consent:Consent",
    "foramen.injectate/1": "foramen.pathway.injectate:Injectate",
    "foramen.injectate-report/1": "foramen.pathway.injectate:InjectateReport",
    "foramen.procedure/1": "foramen.pathway.procedure:ProcedureRecord",
    "foramen.procedure-report/1": "foramen.reports.procedure:ProcedureReport",
    "foramen.recovery/1": "foramen.pathway.recovery:Recovery",
    "foramen.visit/1": "foramen.pathway.recovery:Visit",
    "foramen.discharge/1": "foramen.pathway.recovery:DischargeReport",
    "foramen.complaints/1": "foramen.pathway.followup:Complaints",
    "foramen.triage/1": "foramen.pathway.followup:TriageReport",
    "foramen.diary/1": "foramen.pathway.followup:Diary",
    "foramen.block/1": "foramen.pathway.followup:Block",
    "foramen.block-report/1": "foramen.pathway.followup:BlockReport",
    "foramen.response-report/1": "foramen.pathway.followup:ResponseReport",
}
"""Every file format that Foramen writes or reads, and the model that defines it."""


def schema(
    name: Annotated[str, typer.Argument(help="`plan`, or in full `foramen.plan/1`.")],
) -> None:
    """Print the JSON Schema of a file format.

    **Example**: `foramen schema plan > plan.schema.json`
    """
    print_json(json.dumps(json_schema(name), indent=2))


def json_schema(name: str) -> dict[str, object]:
    """The JSON Schema of a format, by its full name or the word between `foramen.` and the version.

    Raises
    ------
    UsageError
        If there is no such format; the message lists those there are.
    """
    for format_name, place in FORMATS.items():
        if name in (format_name, format_name.removeprefix("foramen.").split("/")[0]):
            module, model = place.split(":")
            found: dict[str, object] = getattr(import_module(module), model).model_json_schema(by_alias=True)
            return {"$id": format_name, **found}
    raise UsageError(f"There is no file format named '{name}'; there are {', '.join(FORMATS)}.")
