"""Makes messages out of the news that waits in the outbox, as late as possible.

A message is made when its channel's endpoint takes one, so that what came in meanwhile becomes one
digest instead of a flood. The message and the entries it is made of change in one transaction: a
process that dies leaves either all the news waiting or one whole message.

News of a customer that the channel heard of within the last hour waits until the hour is over, and
goes out as one message then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from supportsaas.reliability.shared_state import server_time
from tickets.alerts import deliveries
from tickets.alerts.channels import takes_one_at_a_time
from tickets.alerts.deliveries import Claimed
from tickets.alerts.drafting import Draft, News, draft_alone, draft_next
from tickets.alerts.messages import TicketFacts
from tickets.alerts.model import Channel

FOLDING = timedelta(hours=1)
MOST_IN_ONE = 500


def compose_next(channel: Channel, *, owner: str, clock: Clock | None = None) -> Claimed | None:
    """The next message for the channel, claimed for `owner`; None where no news is due."""
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


def find_due_channels(*, clock: Clock | None = None) -> list[str]:
    """The channels that news is due for, the one that has waited longest first."""
    rows = mongo.collection(OUTBOX).aggregate(
        [
            {"$match": {"status": "waiting", "$expr": {"$lte": ["$due_at", server_time(clock)]}}},
            {"$group": {"_id": "$channel_id", "since": {"$min": "$due_at"}}},
            {"$sort": {"since": 1, "_id": 1}},
        ]
    )
    return [row["_id"] for row in rows]


def postpone(channel_ids: Sequence[str], pause: timedelta, *, clock: Clock | None = None) -> None:
    """Nothing goes over these channels at the moment; what is due is looked at again after the pause."""
    now = server_time(clock)
    mongo.collection(OUTBOX).update_many(
        {"status": "waiting", "channel_id": {"$in": list(channel_ids)}, "$expr": {"$lte": ["$due_at", now]}},
        [{"$set": {"due_at": {"$add": [now, pause // timedelta(milliseconds=1)]}}}],
    )


def drop_for_gone(channel_ids: Sequence[str]) -> int:
    """The channels do not exist any more, so nobody is left to tell; how much news that was."""
    result = mongo.collection(OUTBOX).update_many(
        {"status": "waiting", "channel_id": {"$in": list(channel_ids)}}, {"$set": {"status": "dropped"}}
    )
    return result.modified_count


def _find_due(channel_id: str, *, limit: int, clock: Clock | None, session: ClientSession) -> list[Document]:
    query = {"channel_id": channel_id, "status": "waiting", "$expr": {"$lte": ["$due_at", server_time(clock)]}}
    found = mongo.collection(OUTBOX).find(query, session=session).sort([("due_at", 1), ("_id", 1)]).limit(limit)
    return sorted(found, key=lambda entry: (entry["created_at"], entry["_id"]))


def _hold_back(channel_id: str, due: list[Document], *, clock: Clock | None, session: ClientSession) -> list[Document]:
    """Those that may go now; of customers told of within the hour, the news is put off to its end."""
    customers = {each["facts"]["customer_id"] for each in due} - {""}
    told = _last_told(channel_id, customers, clock=clock, session=session)
    for customer, at in told.items():
        held = [each["_id"] for each in due if each["facts"]["customer_id"] == customer]
        mongo.collection(OUTBOX).update_many(
            {"_id": {"$in": held}, "status": "waiting"}, {"$set": {"due_at": at + FOLDING}}, session=session
        )
    return [each for each in due if each["facts"]["customer_id"] not in told]


def _last_told(
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
    claimed = deliveries.insert(
        key=draft.key,
        tenant_id=channel.tenant.slug,
        channel_id=str(channel.pk),
        kind=draft.kind,
        headline=draft.headline,
        tickets=[each["facts"] for each in entries],
        customers=draft.customers,
        created_at=min(each["created_at"] for each in entries),
        expires_at=max((each["expires_at"] for each in entries if "expires_at" in each), default=None),
        claim_for=owner,
        clock=clock,
        session=session,
    )
    mongo.collection(OUTBOX).update_many(
        {"_id": {"$in": sorted(chosen)}},
        {"$set": {"status": "taken", "delivery": draft.key}},
        session=session,
    )
    return claimed


def _news(entry: Document) -> News:
    return News(key=entry["_id"], ticket=TicketFacts.of(entry["facts"]), created_at=entry["created_at"])
