"""After the day: the diary, calls, the reading of a diagnostic block, and whether the injection helped."""

from foramen.pathway.followup.block import Block, BlockReport, read_block
from foramen.pathway.followup.block_done import block_done
from foramen.pathway.followup.block_reading import Reading
from foramen.pathway.followup.curve import CohortCurve, PainCurve, cohort_curve, pain_curve
from foramen.pathway.followup.diary import Analgesic, Diary, Entry, Score
from foramen.pathway.followup.instruments import Change, Instrument, instrument, matters, pain_change, relief_percent
from foramen.pathway.followup.phases import ONSETS, SPANS, Phase, phase_at
from foramen.pathway.followup.response import ResponseReport, Verdict, read_response
from foramen.pathway.followup.schedule import SCHEDULE, DueTime, missed, next_due
from foramen.pathway.followup.triage import Complaints, Response, TriageReport, triage

__all__ = [
    "ONSETS",
    "SCHEDULE",
    "SPANS",
    "Analgesic",
    "Block",
    "BlockReport",
    "Change",
    "CohortCurve",
    "Complaints",
    "Diary",
    "DueTime",
    "Entry",
    "Instrument",
    "PainCurve",
    "Phase",
    "Reading",
    "Response",
    "ResponseReport",
    "Score",
    "TriageReport",
    "Verdict",
    "block_done",
    "cohort_curve",
    "instrument",
    "matters",
    "missed",
    "next_due",
    "pain_change",
    "pain_curve",
    "phase_at",
    "read_block",
    "read_response",
    "relief_percent",
    "triage",
]
