"""What is still to do for a new tenant: connection, first sync, alerts, members.

A document in `setup_checklists` says that nothing is left to do, or that an admin does not want to see the list. So the
dashboard of a tenant that is set up costs one read by key.
"""

from dataclasses import dataclass
from typing import Any, Final

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Membership, Tenant
from tickets import jobs
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source

COLLECTION: Final = "setup_checklists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`route` names the page where it is done; empty if another task has to be done first."""

    text: str
    route: str
    is_done: bool


def find_checklist(tenant: Tenant) -> tuple[Task, ...]:
    """The tasks in their order, done or not; empty if all are done, or if the list was dismissed."""
    if _lists().find_one({"_id": tenant.slug}, {"_id": 1}) is not None:
        return ()
    has_source = Source.objects.filter(tenant=tenant).exists()
    is_synced = jobs.find_last_good(tenant) is not None
    tasks = (
        Task(text="Connect a helpdesk", route="settings-source-new", is_done=has_source or is_synced),
        Task(text="Run the first sync", route="ingestion" if has_source else "", is_done=is_synced),
        Task(
            text="Choose who is alerted",
            route="settings-channel-add",
            is_done=Channel.objects.filter(tenant=tenant).exists(),
        ),
        Task(text="Add members", route="settings-members", is_done=Membership.objects.filter(tenant=tenant).exists()),
    )
    if all(each.is_done for each in tasks):
        _end(tenant, by="")
        return ()
    return tasks


def dismiss(tenant: Tenant, *, by: str) -> None:
    """Show the list no more to anybody in this tenant."""
    _end(tenant, by=by)


def _end(tenant: Tenant, *, by: str) -> None:
    _lists().update_one({"_id": tenant.slug}, {"$setOnInsert": {"ended_at": clock.now(), "by": by}}, upsert=True)


def _lists() -> Any:
    return mongo.collection(COLLECTION)
