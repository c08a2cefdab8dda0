"""Who is signed in: kept on the server, so that signing out is final."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import delete, insert, select, update

from foramen.pathway.facts.base import Facts
from foramen.records.chain import moment, read_moment
from foramen.records.database import Database
from foramen.records.database.tables import people, sessions
from foramen.records.names import hashed, new_secret

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=1)


class Session(Facts):
    """One signed-in browser. `id` is the hash of its secret, fit to derive other secrets from with a key."""

    id: str
    person: str
    opened_at: AwareDatetime
    seen_at: AwareDatetime


class Sessions:
    """The open sessions: each ends half an hour after the last click, and twelve hours after it began."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, person: str, *, at: datetime) -> str:
        """Begin a session and give its secret, which is kept nowhere. Sessions that have run out are swept away."""
        secret = new_secret()
        row = {"token": hashed(secret), "person": person, "opened_at": moment(at), "seen_at": moment(at)}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.seen_at < moment(at - IDLE)))
            connection.execute(insert(sessions), row)
        return secret

    def find(self, secret: str, *, at: datetime) -> Session | None:
        """The session of a secret, as long as it lasts and its person is active."""
        query = select(sessions).join(people, people.c.id == sessions.c.person)
        query = query.where(sessions.c.token == hashed(secret), people.c.active)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        opened, seen = read_moment(row["opened_at"]), read_moment(row["seen_at"])
        if at - seen > IDLE or at - opened > LONGEST:
            self.close(secret)
            return None
        if at - seen > TOUCHED_EVERY:
            with self._database.writing() as connection:
                connection.execute(update(sessions).where(sessions.c.token == row["token"]).values(seen_at=moment(at)))
        return Session(id=row["token"], person=row["person"], opened_at=opened, seen_at=max(seen, at))

    def close(self, secret: str) -> None:
        """End one session."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == hashed(secret)))

    def close_all(self, person: str) -> None:
        """End every session of a person."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.person == person))
