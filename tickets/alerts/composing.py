"""Composes messages from the news in the outbox, as late as possible.

A message is composed only when its channel can send one, so news that arrives in between becomes one digest instead of
a flood. The message and its outbox entries change in one transaction: after a crash either all the news is still
waiting, or there is one complete message.

News about a customer whom the channel was alerted about within the last hour waits until that hour is over, and then
goes out as one message.
"""

from datetime import datetime, timedelta

from pymongo.client_session import ClientSession

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from supportsaas.reliability.shared_state import server_time
from tickets.alerts import deliveries
from tickets.alerts.channels import takes_one_at_a_time
from tickets.alerts.deliveries import Claimed, NewDelivery
from tickets.alerts.drafting import Draft, News, draft_alone, draft_next
from tickets.alerts.messages import TicketFacts
from tickets.alerts.model import Channel

FOLDING = timedelta(hours=1)
MOST_IN_ONE = 500


def compose_next(channel: Channel, *, owner: str, clock: Clock | None = None) -> Claimed | None:
    """Compose the channel's next message and claim it for `owner`; None if no news is due."""
    channel_id = str(channel.pk)
    alone = takes_one_at_a_time(channel)

    def work(session: ClientSession) -> Claimed | None:
        due = _find_due(channel_id, limit=1 if alone else MOST_IN_ONE, clock=clock, session=session)
        if not alone:
            due = _hold_back(channel_id, due, clock=clock, session=session)
        if not due:
            return None
        news = [_news(each) for each in due]
        draft = draft_alone(news[0]) if alone else draft_next(news)
        return _save(channel, draft, due, owner=owner, clock=clock, session=session)

    return mongo.in_transaction(work)


def _find_due(channel_id: str, *, limit: int, clock: Clock | None, session: ClientSession) -> list[Document]:
    query = {"channel_id": channel_id, "status": "waiting", "$expr": {"$lte": ["$due_at", server_time(clock)]}}
    found = mongo.collection(OUTBOX).find(query, session=session).sort([("due_at", 1), ("_id", 1)]).limit(limit)
    return sorted(found, key=lambda entry: (entry["created_at"], entry["_id"]))


def _hold_back(channel_id: str, due: list[Document], *, clock: Clock | None, session: ClientSession) -> list[Document]:
    """The entries that may be sent now; news about customers alerted about within the hour is postponed."""
    customers = {each["facts"]["customer_id"] for each in due} - {""}
    alerted = _last_alerted(channel_id, customers, clock=clock, session=session)
    for customer, at in alerted.items():
        held = [each["_id"] for each in due if each["facts"]["customer_id"] == customer]
        mongo.collection(OUTBOX).update_many(
            {"_id": {"$in": held}, "status": "waiting"}, {"$set": {"due_at": at + FOLDING}}, session=session
        )
    return [each for each in due if each["facts"]["customer_id"] not in alerted]


def _last_alerted(
    channel_id: str, customers: set[str], *, clock: Clock | None, session: ClientSession
) -> dict[str, datetime]:
    an_hour_ago = {"$subtract": [server_time(clock), FOLDING // timedelta(milliseconds=1)]}
    wanted = sorted(customers)
    rows = mongo.collection(deliveries.COLLECTION).aggregate(
        [
            {
                "$match": {
                    "channel_id": channel_id,
                    "customers": {"$in": wanted},
                    "$expr": {"$gt": ["$composed_at", an_hour_ago]},
                }
            },
            {"$unwind": "$customers"},
            {"$match": {"customers": {"$in": wanted}}},
            {"$group": {"_id": "$customers", "at": {"$max": "$composed_at"}}},
        ],
        session=session,
    )
    return {row["_id"]: row["at"] for row in rows}


def _save(
    channel: Channel, draft: Draft, due: list[Document], *, owner: str, clock: Clock | None, session: ClientSession
) -> Claimed | None:
    chosen = {news.key for news in draft.news}
    entries = [each for each in due if each["_id"] in chosen]
    expiries = [each["expires_at"] for each in entries if "expires_at" in each]
    new = NewDelivery(
        key=draft.key,
        tenant_id=channel.tenant.slug,
        channel_id=str(channel.pk),
        kind=draft.kind,
        headline=draft.headline,
        tickets=[each["facts"] for each in entries],
        customers=draft.customers,
        created_at=min(each["created_at"] for each in entries),
        expires_at=max(expiries, default=None),
    )
    deliveries.insert(new, clock=clock, session=session)
    claimed = deliveries.claim_new(new.key, owner=owner, clock=clock, session=session)
    mongo.collection(OUTBOX).update_many(
        {"_id": {"$in": sorted(chosen)}},
        {"$set": {"status": "taken", "delivery": draft.key}},
        session=session,
    )
    return claimed


def _news(entry: Document) -> News:
    return News(key=entry["_id"], ticket=TicketFacts.of(entry["facts"]), created_at=entry["created_at"])
