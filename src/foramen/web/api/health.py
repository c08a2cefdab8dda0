"""Whether the application and its record work: for whoever watches the machine."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from foramen import __version__
from foramen.web.deps import RecordsDep, open_to_all

router = APIRouter(prefix="/api", tags=["health"])


class Health(BaseModel):
    """The application answers, and its record can be read."""

    status: Literal["ok"] = "ok"
    version: str = __version__


@router.get("/health", dependencies=[open_to_all("it says nothing about anybody")], operation_id="health")
def health(records: RecordsDep) -> Health:
    """Read the record once, and say that it worked."""
    records.counts()
    return Health()
