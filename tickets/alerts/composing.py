"""Composes messages from the news in the outbox, as late as possible.

A message is composed only when its channel can send one, so news that arrives in between becomes one digest instead of
a flood. The message and its outbox entries change in one transaction: after a crash either all the news is still
waiting, or there is one complete message.

News about a customer whom the channel was alerted about within the last hour waits until that hour is over, and then
goes out as one message. In the quiet hours of a channel, news of less than high urgency waits for their end, and then
goes out as one message, too.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession

from supportsaas import clock as system_clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from supportsaas.reliability.shared_state import server_time
from tenants.models import Tenant
from tickets.alerts import deliveries
from tickets.alerts.acknowledging import find_acknowledgements, is_acknowledged
from tickets.alerts.channels import takes_one_at_a_time
from tickets.alerts.deliveries import Claimed, NewDelivery
from tickets.alerts.drafting import Draft, News, draft_alone, draft_next, draft_together
from tickets.alerts.messages import TicketFacts
from tickets.alerts.model import Channel

FOLDING = timedelta(hours=1)
MOST_IN_ONE = 500
HELD = "Held back during quiet hours."


OpenTickets = tuple[int, int]
"""How many open tickets a customer has, and how many of them are of high urgency."""

CountOpen = Callable[[Tenant, Sequence[str]], Mapping[str, OpenTickets]]
"""Of these customers of the tenant, by id."""


def compose_next(
    channel: Channel, *, owner: str, count_open: CountOpen | None = None, clock: Clock | None = None
) -> Claimed | None:
    """Compose the channel's next message and claim it for `owner`; None if no news is due."""
    channel_id = str(channel.pk)
    alone = takes_one_at_a_time(channel)

    def work(session: ClientSession) -> Claimed | None:
        until = channel.quiet_until(clock() if clock else system_clock.now())
        due = _find_due(channel_id, limit=MOST_IN_ONE, clock=clock, session=session)
        if until is not None:
            due = _hold_for_quiet_hours(due, until, session=session)
        held = [each for each in due if "held_until" in each]
        if not alone and not held:
            due = _hold_back(channel_id, due, clock=clock, session=session)
        if not due:
            return None
        if alone:
            draft = draft_alone(_news(due[0]))
        elif held:
            draft = draft_together([_news(each) for each in held])
        else:
            draft = draft_next([_news(each) for each in due])
        return _save(channel, draft, due, owner=owner, count_open=count_open, clock=clock, session=session)

    return mongo.in_transaction(work)


def compose_unsent(
    channel: Channel, *, due_before: datetime, count_open: CountOpen | None = None, clock: Clock | None = None
) -> bool:
    """Compose a message of news that is due for long and that the channel cannot send; returns whether there was any.

    Nobody claims it: it is sent once the endpoint answers again. Until then it can be acknowledged and passed on.
    """

    def work(session: ClientSession) -> bool:
        due = _find_due(str(channel.pk), limit=MOST_IN_ONE, clock=lambda: due_before, session=session)
        if not due:
            return False
        news = [_news(each) for each in due]
        draft = draft_alone(news[0]) if takes_one_at_a_time(channel) else draft_next(news)
        since = min(each["due_at"] for each in due)
        _insert(channel, draft, due, count_open=count_open, waiting_since=since, clock=clock, session=session)
        return True

    return mongo.in_transaction(work)


def _find_due(channel_id: str, *, limit: int, clock: Clock | None, session: ClientSession) -> list[Document]:
    query = {"channel_id": channel_id, "status": "waiting", "$expr": {"$lte": ["$due_at", server_time(clock)]}}
    found = mongo.collection(OUTBOX).find(query, session=session).sort([("due_at", 1), ("_id", 1)]).limit(limit)
    return sorted(found, key=lambda entry: (entry["created_at"], entry["_id"]))


def _hold_for_quiet_hours(due: list[Document], until: datetime, *, session: ClientSession) -> list[Document]:
    """The entries that may be sent in quiet hours; the others wait for their end."""
    waiting = [each["_id"] for each in due if each["facts"]["urgency"] != "high"]
    mongo.collection(OUTBOX).update_many(
        {"_id": {"$in": waiting}, "status": "waiting"},
        {"$set": {"due_at": until, "held_until": until}},
        session=session,
    )
    return [each for each in due if each["facts"]["urgency"] == "high"]


def release_held(channel_id: str, *, clock: Clock | None = None) -> None:
    """After a change of the quiet hours: what is held back is looked at again, and sent or held until another time."""
    now = clock() if clock else system_clock.now()
    held = {"channel_id": channel_id, "held_until": {"$gt": now}}
    mongo.collection(OUTBOX).update_many({**held, "status": "waiting"}, {"$set": {"due_at": now}})
    mongo.collection(deliveries.COLLECTION).update_many(
        {**held, "status": "pending", "claimed_by": None}, {"$set": {"next_attempt_at": now}}
    )


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
    channel: Channel,
    draft: Draft,
    due: list[Document],
    *,
    owner: str,
    count_open: CountOpen | None,
    clock: Clock | None,
    session: ClientSession,
) -> Claimed | None:
    new = _insert(channel, draft, due, count_open=count_open, clock=clock, session=session)
    return deliveries.claim_new(new.key, owner=owner, clock=clock, session=session)


def _insert(
    channel: Channel,
    draft: Draft,
    due: list[Document],
    *,
    count_open: CountOpen | None,
    waiting_since: datetime | None = None,
    clock: Clock | None,
    session: ClientSession,
) -> NewDelivery:
    chosen = {news.key for news in draft.news}
    entries = [each for each in due if each["_id"] in chosen]
    expiries = [each["expires_at"] for each in entries if "expires_at" in each]
    counted = count_open(channel.tenant, draft.customers) if count_open else {}
    tickets = [_facts(each, counted) for each in entries]
    alerts = [each["alert"] for each in tickets]
    held = find_acknowledgements(channel.tenant.slug, alerts, session=session)
    earlier = max((held[each] for each in alerts), key=lambda each: each.at) if is_acknowledged(held, alerts) else None
    new = NewDelivery(
        key=draft.key,
        tenant_id=channel.tenant.slug,
        channel_id=str(channel.pk),
        kind=draft.kind,
        headline=draft.headline,
        tickets=tickets,
        customers=draft.customers,
        created_at=min(each["created_at"] for each in entries),
        expires_at=max(expiries, default=None),
        alerts=alerts,
        acknowledged_by=earlier.by if earlier else "",
        acknowledged_at=earlier.at if earlier else None,
        escalation=channel.escalation,
        waiting_since=waiting_since,
        note=HELD if any("held_until" in each for each in entries) else "",
    )
    deliveries.insert(new, clock=clock, session=session)
    mongo.collection(OUTBOX).update_many(
        {"_id": {"$in": sorted(chosen)}},
        {"$set": {"status": "taken", "delivery": draft.key}},
        session=session,
    )
    return new


def _facts(entry: Document, counted: Mapping[str, OpenTickets]) -> Document:
    facts = dict(entry["facts"])
    facts["alert"] = facts.get("alert") or f"ticket {facts['ticket_id']}"
    facts["customer_open"], facts["customer_high"] = counted.get(facts["customer_id"], (None, None))
    return facts


def _news(entry: Document) -> News:
    return News(key=entry["_id"], ticket=TicketFacts.of(entry["facts"]), created_at=entry["created_at"])
