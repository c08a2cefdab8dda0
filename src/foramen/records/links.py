"""Links to the diary: one case each, for a time, revocable, without an account."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, insert, select, update

from foramen.errors import UsageError
from foramen.pathway.facts.base import Facts
from foramen.records.chain import moment, read_moment
from foramen.records.database import Database
from foramen.records.database.tables import links
from foramen.records.names import hashed, new_id, new_secret


class Link(Facts):
    """One link, without its secret."""

    id: str
    case_id: str
    until: AwareDatetime


class Links:
    """The diary links. They are made and revoked through `Records`, together with the event that says so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, secret: str, *, at: datetime) -> Link | None:
        """The link of a secret, if it is still good."""
        with self._database.reading() as connection:
            row = connection.execute(select(links).where(links.c.token == hashed(secret))).mappings().first()
        if row is None or row["revoked_at"] or row["until"] <= moment(at):
            return None
        return Link(id=row["id"], case_id=row["case_id"], until=read_moment(row["until"]))


def make(connection: Connection, case_id: str, until: datetime) -> tuple[str, str]:
    """Make a link: its id, and its secret for the patient alone."""
    link, secret = new_id(), new_secret()
    row = {"id": link, "token": hashed(secret), "case_id": case_id, "until": moment(until), "revoked_at": ""}
    connection.execute(insert(links), row)
    return link, secret


def revoke(connection: Connection, case_id: str, link: str, at: datetime) -> None:
    """End a link of a case."""
    which = (links.c.id == link, links.c.case_id == case_id, links.c.revoked_at == "")
    if not connection.execute(update(links).where(*which).values(revoked_at=moment(at))).rowcount:
        raise UsageError("This case has no such link, or it was revoked before.")
