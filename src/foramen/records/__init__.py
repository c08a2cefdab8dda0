"""What is kept: the case as an append-only stream of events, what it adds up to, and who read it.

`Records` is the one door. `events` says what can happen, `fold` what it adds up to, `roles` who may do what.
"""

from foramen.records.actor import PATIENT, SOFTWARE, Actor
from foramen.records.case import Case
from foramen.records.errors import Conflict, Damaged, NoSuchCase, Refused
from foramen.records.event import Event
from foramen.records.fold import fold
from foramen.records.jobs import Job, JobState, LeaseLost
from foramen.records.people import Person, SignInRefused
from foramen.records.reads import Read
from foramen.records.records import Invitation, Records
from foramen.records.roles import Action, Role, may
from foramen.records.sessions import Session
from foramen.records.settings import CurrentSettings
from foramen.records.stage import Stage
from foramen.records.worklist import Line, Page

__all__ = [
    "PATIENT",
    "SOFTWARE",
    "Action",
    "Actor",
    "Case",
    "Conflict",
    "CurrentSettings",
    "Damaged",
    "Event",
    "Invitation",
    "Job",
    "JobState",
    "LeaseLost",
    "Line",
    "NoSuchCase",
    "Page",
    "Person",
    "Read",
    "Records",
    "Refused",
    "Role",
    "Session",
    "SignInRefused",
    "Stage",
    "fold",
    "may",
]
