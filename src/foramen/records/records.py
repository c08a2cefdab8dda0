"""The record: every case as a stream of events that are never changed, and what they add up to."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from foramen.pathway.facts.base import Facts
from foramen.progress import Progress, silent
from foramen.records import links, worklist
from foramen.records.actor import Actor
from foramen.records.case import Case
from foramen.records.database import Database
from foramen.records.errors import NoSuchCase, Refused
from foramen.records.event import Event
from foramen.records.events import CaseOpened, Content, Corrected, DiaryInvited, DiaryLinkRevoked
from foramen.records.fold import fold
from foramen.records.jobs import Jobs
from foramen.records.ledger import SITE, append, events_of
from foramen.records.links import Links
from foramen.records.names import new_id
from foramen.records.people import People
from foramen.records.reads import Reads
from foramen.records.roles import MAY
from foramen.records.sessions import Sessions
from foramen.records.settings import Settings
from foramen.records.stage import Stage
from foramen.records.store import Store
from foramen.records.verify import Verified, verify
from foramen.records.worklist import Page


class Invitation(Facts):
    """A diary link just made. `secret` is for the patient alone and kept nowhere."""

    link: str
    secret: str
    event: Event


class Records:
    """Everything that is kept, in one database and one folder.

    Attributes
    ----------
    store : Store
        Scans, plans and readings by their SHA-256.
    people, sessions, links : People, Sessions, Links
        Accounts, who is signed in, and the patients' diary links.
    reads : Reads
        Who looked at what.
    settings : Settings
        What the site has set for itself.
    jobs : Jobs
        Long work in the background.
    roles : dict
        Who may do what.
    """

    roles = MAY

    def __init__(self, database: Database, store: Store) -> None:
        self.database = database
        self.store = store
        self.people = People(database)
        self.sessions = Sessions(database)
        self.links = Links(database)
        self.reads = Reads(database)
        self.settings = Settings(database)
        self.jobs = Jobs(database)

    @classmethod
    def open(cls, url: str, *, store: Path, make: bool = True) -> Self:
        """Open a record, making it where there is none and bringing an older one up to this version.

        Parameters
        ----------
        url : str
            `sqlite:////folder/record.sqlite` or `postgresql+psycopg://user@host/database`.
        store : Path
            The folder of scans and results.
        make : bool
            Whether to make a record where there is none; otherwise that is an error.
        """
        return cls(Database(url, make=make), Store(store))

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()

    def open_case(self, content: CaseOpened, *, by: Actor, at: datetime) -> str:
        """Begin a case and give its id, which says nothing about the patient."""
        case_id = new_id()
        with self.database.writing() as connection:
            append(connection, case_id, 0, [content], by, at)
            worklist.keep(connection, _case(connection, case_id))
        return case_id

    def append(
        self, case_id: str, *, after: int | None, contents: Sequence[Content], by: Actor, at: datetime
    ) -> tuple[Event, ...]:
        """Write what happened: all of it or, where something is wrong, nothing.

        Parameters
        ----------
        after : int or None
            `version` of the case as the writer saw it. None only for contents that add and contradict nothing
            (`Content.adds_only`), such as a diary entry.

        Raises
        ------
        Conflict
            If somebody wrote to the case since; `missed` says what.
        NoSuchCase
            If there is no such case.
        Refused
            If an event can't follow what is there.
        """
        with self.database.writing() as connection:
            return self._append(connection, case_id, after, contents, by, at)

    def case(self, case_id: str) -> Case:
        """A case as it stands. For work that no person looks at; pages use `read`.

        Raises
        ------
        NoSuchCase
            If there is no such case.
        """
        with self.database.reading() as connection:
            return _case(connection, case_id)

    def read(self, case_id: str, *, by: Actor, at: datetime, what: str) -> Case:
        """A case for somebody to look at: the look is kept before anything is given; `what` names the page."""
        case = self.case(case_id)
        self.reads.note(case_id, by=by, at=at, what=what)
        return case

    def worklist(
        self, *, stage: Stage | None = None, search: str = "", after: str | None = None, limit: int = 50
    ) -> Page:
        """One page of cases: the last changed first, or those that a search finds, by name.

        Parameters
        ----------
        search : str
            Beginnings of words of the name, the hospital's number, the date of birth (20250131 or 31012025) or the
            case's number.
        after : str or None
            `next` of the page before.
        """
        with self.database.reading() as connection:
            return worklist.page(connection, stage, search, after, limit)

    def counts(self) -> dict[Stage, int]:
        """How many cases there are in each stage."""
        with self.database.reading() as connection:
            return worklist.counts(connection)

    def rebuild_worklist(self, *, progress: Progress = silent) -> None:
        """Make the worklist anew from the events; nobody sees it half made."""
        with self.database.writing() as connection:
            worklist.rebuild(connection, progress)

    def verify(self, *, noted_seal: str | None = None, progress: Progress = silent) -> Verified:
        """Go through every event, read and file, and say what was found whole.

        Parameters
        ----------
        noted_seal : str or None
            The `seal` of an earlier verification or backup, to hold the record against.

        Raises
        ------
        Damaged
            At the first thing that is not what was written.
        """
        with self.database.reading() as connection:
            return verify(connection, self.store, noted_seal=noted_seal, progress=progress)

    def invite_to_diary(self, case_id: str, *, after: int, until: datetime, by: Actor, at: datetime) -> Invitation:
        """Make a diary link and the event that says so."""
        with self.database.writing() as connection:
            link, secret = links.make(connection, case_id, until)
            said = [DiaryInvited(link=link, until=until)]
            (event,) = self._append(connection, case_id, after, said, by, at)
        return Invitation(link=link, secret=secret, event=event)

    def revoke_diary_link(self, case_id: str, link: str, reason: str, *, after: int, by: Actor, at: datetime) -> Event:
        """End a diary link at once, with the event that says so."""
        with self.database.writing() as connection:
            links.revoke(connection, case_id, link, at)
            said = [DiaryLinkRevoked(link=link, reason=reason)]
            (event,) = self._append(connection, case_id, after, said, by, at)
        return event

    def _append(
        self,
        connection: Connection,
        case_id: str,
        after: int | None,
        contents: Sequence[Content],
        by: Actor,
        at: datetime,
    ) -> tuple[Event, ...]:
        self._refuse_nonsense(case_id, after, contents)
        written = append(connection, case_id, after, contents, by, at)
        if written[0].number == 1:
            raise NoSuchCase
        _refuse_correcting_the_future(written)
        worklist.keep(connection, _case(connection, case_id))
        return written

    def _refuse_nonsense(self, case_id: str, after: int | None, contents: Sequence[Content]) -> None:
        if case_id == SITE or after == 0:
            raise NoSuchCase
        if not contents:
            raise Refused("Nothing was given to write.")
        if after is None and not all(content.adds_only for content in contents):
            raise Refused("Say which version of the case this was decided on.")
        for content in contents:
            if isinstance(content, CaseOpened):
                raise Refused("A case is opened once; open another case.")
            if isinstance(content, Corrected) and content.number == 1:
                raise Refused("The opening of a case can't be taken back; correct the identity, or stop the case.")
            missing = [digest for digest in content.digests() if digest not in self.store]
            if missing:
                raise Refused(
                    f"The file {missing[0][:12]} is not in the store; store it before the event that names it."
                )


def _refuse_correcting_the_future(written: Sequence[Event]) -> None:
    for event in written:
        if isinstance(event.content, Corrected) and event.content.number >= event.number:
            raise Refused(f"There is no event {event.content.number} before this one to correct.")


def _case(connection: Connection, case_id: str) -> Case:
    history = tuple(events_of(connection, case_id)) if case_id != SITE else ()
    if not history:
        raise NoSuchCase
    return fold(history)
