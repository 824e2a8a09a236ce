"""Whether a tenant's records are sound in themselves, and exactly what its helpdesk holds."""

import itertools
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from analytics.dashboard.statistics import StatisticsStore
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock
from supportsaas.reliability.outbox import OutboxEntry
from tenants.models import Tenant
from tests.rolled_up import facet_differences
from tickets import jobs
from tickets.alerts.model import Channel
from tickets.classification.corrections import Correction
from tickets.planning.changes import TRACKED, stored_fields, tracked_value
from tickets.planning.reading import classify
from tickets.records.buckets import buckets_of
from tickets.records.normalize import ForeignRecord, InvalidRecord, TicketContent, normalize_record
from tickets.records.period import Period
from tickets.rules.classifier import find_classifier

Document = dict[str, Any]
JUDGED = ("keywords", "topics")


def assert_sound(tenant: Tenant) -> None:
    """What holds at any moment, also right after a kill.

    No ticket is there twice, the history of each retells it from its first values, and every
    urgent version of a ticket has its one entry in the outbox.
    """
    problems = list(_problems_within(tenant))
    assert not problems, "\n".join(problems)


def assert_exact(tenant: Tenant, records: Iterable[Any]) -> None:
    """After a whole read: sound, no run open, no lock held, and stored is what the helpdesk lists."""
    problems = [*_problems_within(tenant), *_problems_of_runs(tenant), *_problems_with_source(tenant, records)]
    assert not problems, "\n".join(problems)


def assert_all_in(tenant: Tenant, records: Iterable[Any]) -> None:
    """After a read that went on where another one stopped: all that is listed is stored as it is.

    Deleted tickets may still be stored: only a whole read shows that they are missing.
    """
    problems = [*_problems_within(tenant), *_problems_with_source(tenant, records, may_hold_more=True)]
    assert not problems, "\n".join(problems)


def assert_numbers_agree(tenant: Tenant) -> None:
    """What is counted beforehand is what the tickets say, before and after the keepers have caught up."""
    now = clock.now()
    period = Period(now - timedelta(days=60), now + timedelta(days=1))
    for _ in range(2):
        rolled_up, counted = (
            StatisticsStore(tenant, use_rollups=use).dashboard(
                buckets_of(period, tenant.zone), comparison=period.previous, now=now
            )
            for use in (True, False)
        )
        assert rolled_up == counted


def _problems_within(tenant: Tenant) -> Iterable[str]:
    stored = _by_ticket(mongo.collection("tickets").find({"tenant_id": tenant.slug}))
    history = _by_ticket(
        mongo.collection("ticket_history").find({"tenant_id": tenant.slug}).sort([("recorded_at", 1), ("_id", 1)])
    )
    for bucket, amiss in facet_differences(tenant).items():
        yield f"the counts of {bucket} are wrong by {amiss}"
    for each in itertools.chain.from_iterable(stored.values()):
        if ("words" in each or "unindexed_since" in each) == each["is_deleted"]:
            yield f"{each['external_id']} neither has words nor waits for them, or does though it is deleted"
    events: set[str] = set()
    version = find_classifier(tenant).version
    channel = Channel.objects.filter(tenant=tenant).first()
    for id_ in sorted(stored.keys() | history.keys()):
        if len(stored.get(id_, [])) != 1:
            yield f"{id_} is stored {len(stored.get(id_, []))} times"
            continue
        yield from _problems_of_replay(stored[id_][0], history.get(id_, []), channel, events, version)
    keys = [each["_id"] for each in mongo.collection("outbox").find({"tenant_id": tenant.slug})]
    if missing := events - set(keys):
        yield f"{len(missing)} events are not in the outbox"
    if unknown := set(keys) - events:
        yield f"{len(unknown)} events in the outbox that no history knows"


def _problems_of_replay(
    ticket: Document, entries: list[Document], channel: Channel | None, events: set[str], version: str
) -> Iterable[str]:
    """Tell the ticket's history from the beginning; the events it gave rise to go into `events`."""
    id_ = ticket["external_id"]
    if not entries or [each["action"] for each in entries].count("created") != 1 or entries[0]["action"] != "created":
        yield f"{id_}: the history does not begin with its creation, once: {[each['action'] for each in entries]}"
        return
    state: Document = {"deleted_at": None}
    for entry in entries:
        changes, action = entry["changes"], entry["action"]
        if not changes:
            yield f"{id_}: an entry without a change"
        for name, change in changes.items():
            if change["old"] != state.get(name):
                yield f"{id_}: {action} of {name} begins with {change['old']!r}, it was {state.get(name)!r}"
            if change["old"] == change["new"]:
                yield f"{id_}: {action} changes {name} from {change['old']!r} to the same"
            state[name] = change["new"]
        if (action == "deleted") != bool(changes.get("deleted_at", {}).get("new")):
            yield f"{id_}: {action} with {changes.get('deleted_at')}"
        if (action == "restored") != ("deleted_at" in changes and changes["deleted_at"]["new"] is None):
            yield f"{id_}: {action} with {changes.get('deleted_at')}"
        if channel is not None and changes.get("urgency", {}).get("new") == "high" and "reason" not in entry:
            events.add(_event(ticket, state, str(channel.pk), version))
    for name in (*TRACKED, "deleted_at"):
        if state.get(name) != (stored := tracked_value(ticket, name)):
            yield f"{id_}: the history ends with {name} = {state.get(name)!r}, stored is {stored!r}"
    if ticket["is_deleted"] != (ticket["deleted_at"] is not None):
        yield f"{id_}: is_deleted is {ticket['is_deleted']}, deleted_at {ticket['deleted_at']}"
    if ticket["digest"] != _digest(ticket, ticket, version):
        yield f"{id_}: the digest is not that of the stored fields"


def _problems_of_runs(tenant: Tenant) -> Iterable[str]:
    for run in mongo.collection(jobs.COLLECTION).find({"tenant_id": tenant.slug}):
        if run["active"] or run["status"] in ("queued", "running") or run["ended_at"] is None:
            yield f"job {run['_id']} is {run['status']}, active {run['active']}"
    if Lock(tenant.slug).state().locked:
        yield "the lock is held"


def _problems_with_source(tenant: Tenant, records: Iterable[Any], *, may_hold_more: bool = False) -> Iterable[str]:
    listed, refused = _content(tenant, records)
    classifier = find_classifier(tenant)
    stored = {each["external_id"]: each for each in mongo.collection("tickets").find({"tenant_id": tenant.slug})}
    living = {id_ for id_, each in stored.items() if not each["is_deleted"]}
    if missing := listed.keys() - living:
        yield f"missing: {sorted(missing)}"
    if (extra := living - listed.keys() - refused) and not may_hold_more:
        yield f"at the helpdesk no more, and not deleted: {sorted(extra)}"
    for id_ in sorted(listed.keys() & living):
        content = listed[id_]
        wanted = stored_fields(content, classify(content, classifier=classifier, correction=Correction.of(stored[id_])))
        for name in (*TRACKED, *JUDGED):
            if stored[id_].get(name) != wanted.get(name):
                yield f"{id_}: {name} is {stored[id_].get(name)!r}, the helpdesk says {wanted.get(name)!r}"


def _content(tenant: Tenant, records: Iterable[Any]) -> tuple[dict[str, TicketContent], set[str]]:
    """What a read should keep, and the ids of the records that it cannot keep."""
    listed: dict[str, TicketContent] = {}
    refused: set[str] = set()
    for record in records:
        try:
            content = normalize_record(record, tenant_id=tenant.slug)
        except ForeignRecord:
            continue
        except InvalidRecord:
            refused.add(str(record.get("id")))
            continue
        other = listed.get(content.external_id)
        if other is None or content.updated_at >= other.updated_at:
            listed[content.external_id] = content
    return listed, refused


def _event(ticket: Document, state: Mapping[str, Any], channel_id: str, version: str) -> str:
    event = f"{ticket['external_id']}\0{_digest(ticket, state, version)}"
    return OutboxEntry(tenant_id=ticket["tenant_id"], channel_id=channel_id, event=event, facts={}).key


def _digest(ticket: Document, state: Mapping[str, Any], version: str) -> str:
    names = ("source", "customer_id", "subject", "message", "status", "created_at")
    return TicketContent(
        external_id=ticket["external_id"], updated_at=ticket["updated_at"], **{name: state[name] for name in names}
    ).digest(classifier_version=version)


def _by_ticket(documents: Iterable[Document]) -> dict[str, list[Document]]:
    grouped: dict[str, list[Document]] = {}
    for each in documents:
        grouped.setdefault(each["external_id"], []).append(each)
    return grouped
