"""How a run, or its part of one connection, ends if something stops it."""

from typing import Any, Literal

from supportsaas.db import mongo
from supportsaas.reliability.lock import LockLost
from tickets import jobs
from tickets.helpdesks import SourceError
from tickets.ingestion.bounds import RunOver
from tickets.ingestion.run_lease import LockBusy, RunCancelled

Problem = dict[str, Any]
"""`{"code", "message"}`, for people and programs."""

End = tuple[Literal["failed", "cancelled"], Problem | None]

_LOST = {
    "code": "lock_lost",
    "message": "The run gave no sign of life for so long that another one took over.",
}
_DATABASE = {
    "code": "database",
    "message": "The database was unavailable. The tickets imported so far are kept.",
}
_INTERNAL = {
    "code": "internal",
    "message": "An error in SupportSaaS stopped the run. The server's log has the details.",
}


def end_of(error: Exception) -> End:
    """The status that an error leads to, and what to say about it."""
    if isinstance(error, RunCancelled):
        return "cancelled", None
    if isinstance(error, SourceError | RunOver):
        return "failed", {"code": error.code, "message": str(error)}
    if isinstance(error, LockBusy):
        return "failed", {"code": "locked", "message": str(error)}
    if isinstance(error, LockLost | jobs.JobLost):
        return "failed", _LOST
    return "failed", _DATABASE if isinstance(error, mongo.UNAVAILABLE) else _INTERNAL


def stops_run(error: Exception) -> bool:
    """Whether no other connection can be read after this error, either."""
    if isinstance(error, RunOver):
        return error.code == "gave_way"
    return isinstance(error, (RunCancelled, LockLost, jobs.JobLost, *mongo.UNAVAILABLE))
