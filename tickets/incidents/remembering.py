"""Stores incidents of the past, such as those in tickets that were imported only now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.incidents.finding import LONGEST
from tickets.incidents.following import Followed
from tickets.incidents.past import replay_tenant
from tickets.incidents.store import IncidentStore
from tickets.incidents.watching import COLLECTION
from tickets.records.collection_names import INCIDENTS


def remember_past(tenant: Tenant, *, start: datetime, end: datetime) -> int:
    """Store the incidents that a replay finds between the two times and that were over then. Returns how many.

    One with a ticket of a stored incident is known already, so doing it again stores nothing more. Workers look at the
    present next.
    """
    over = [each for each in replay_tenant(tenant, start=start, end=end) if each.ended_at is not None]
    return mongo.in_transaction(lambda session: _save(tenant, over, end, session))


def _save(tenant: Tenant, over: Sequence[Followed], end: datetime, session: ClientSession) -> int:
    looks = mongo.collection(COLLECTION)
    last = looks.find_one({"_id": tenant.slug}, session=session)
    number = last["last_number"] if last else 0
    new = [each for each in over if not _is_known(tenant, each, session)]
    numbered = [replace(each, number=number + place) for place, each in enumerate(new, 1)]
    IncidentStore(tenant).save(numbered, session=session)
    # Another time of the last look makes a worker that is looking just now begin again, with the next number.
    seen: Document = {"looked_at": end - LONGEST, "version": None, "last_number": number + len(new)}
    looks.update_one({"_id": tenant.slug}, {"$set": seen}, upsert=True, session=session)
    return len(new)


def _is_known(tenant: Tenant, incident: Followed, session: ClientSession) -> bool:
    match = {"tenant_id": tenant.slug, "tickets": {"$in": list(incident.tickets)}}
    return mongo.collection(INCIDENTS).find_one(match, session=session) is not None
