"""The straightforward patient's whole journey as facts, any of which a test may change or forget by its path."""

import copy
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from foramen.pathway.answer import Answer
from foramen.pathway.consent import Consent
from foramen.pathway.consent.basis import basis_of
from foramen.pathway.consent.record import consent_scope
from foramen.pathway.engine import Scope
from foramen.pathway.facts import Referral
from foramen.pathway.followup import Block, Complaints, Diary
from foramen.pathway.followup.block import block_scope
from foramen.pathway.followup.triage import triage_scope
from foramen.pathway.injectate import Injectate
from foramen.pathway.injectate.facts import injectate_facts
from foramen.pathway.recovery import Recovery
from foramen.pathway.recovery.analgesia import analgesia_scope
from foramen.pathway.recovery.discharge import discharge_facts
from support.patients import EXAMPLES


def _read(folder: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXAMPLES / folder / f"{name}.json").read_text())
    return read


JOURNEY: dict[str, Any] = {
    "referral": _read("01-straightforward", "referral"),
    "injectate": _read("01-straightforward", "injectate"),
    "consent": _read("01-straightforward", "consent"),
    "procedure": _read("01-straightforward", "procedure"),
    "recovery": _read("01-straightforward", "recovery"),
    "diary": _read("12-diagnostic-block", "diary"),
    "block": _read("12-diagnostic-block", "block"),
    "call": _read("05-diabetic", "call"),
    "now": {"recovery": "2025-03-13T10:01:00+01:00", "consent": "2025-03-13T08:55:00+01:00", "valid_days": None},
}


def journey(changes: Mapping[str, Any] | None = None, forgotten: Iterable[str] = ()) -> dict[str, Any]:
    """The journey with facts changed or taken away, named by paths with dots; a number in a path counts in a list."""
    changed = copy.deepcopy(JOURNEY)
    for path, value in (changes or {}).items():
        place, last = _place(changed, path)
        place[last] = value
    for path in forgotten:
        place, last = _place(changed, path)
        del place[last]
    return changed


def _place(record: Any, path: str) -> tuple[Any, Any]:
    *above, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in above:
        record = record[step] if isinstance(step, int) or step in record else record.setdefault(step, {})
    return record, last


def part(facts: Mapping[str, Any], name: str, kind: Any) -> Any:
    """One record of a journey."""
    return kind.from_json(json.dumps(facts[name]))


def scope_for(rules: str, facts: Mapping[str, Any]) -> Scope:
    """What the rules of one file may speak of, for this journey."""
    referral: Referral = part(facts, "referral", Referral)
    if rules == "injectate":
        return injectate_facts(part(facts, "injectate", Injectate), referral, referral.day, frozenset())
    if rules == "discharge":
        now = datetime.fromisoformat(facts["now"]["recovery"])
        return discharge_facts(part(facts, "recovery", Recovery), now, _diabetic(referral))
    if rules == "triage":
        return triage_scope(part(facts, "call", Complaints))
    if rules == "block":
        return block_scope(part(facts, "diary", Diary), part(facts, "block", Block))
    if rules == "aftercare":
        return analgesia_scope(referral)
    consent: Consent = part(facts, "consent", Consent)
    now = datetime.fromisoformat(facts["now"]["consent"])
    return consent_scope(consent, referral, basis_of(referral, "L5-left"), now, facts["now"].get("valid_days"))


def _diabetic(referral: Referral) -> Answer:
    kind = str(referral.conditions.diabetes)
    return Answer.of(None if kind == "unknown" else kind != "none")
