"""Plans the writes of a page of tickets: asks the store for what is stored, and hands both versions to a `PagePlan`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from supportsaas.db.mongo import Document
from tickets.alerts.routing import Route
from tickets.classification.classifier import BUILT_IN, TenantClassifier
from tickets.planning.changes import needs_full_read
from tickets.planning.page_plan import PagePlan
from tickets.records.normalize import apply_status_map
from tickets.records.statuses import StatusMap, spell_status
from tickets.records.versions import ReadTicket, StoredVersion
from tickets.service_levels.settings import find_clock_settings
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore


def plan_page(
    store: TicketStore,
    tickets: Sequence[ReadTicket],
    *,
    job_id: str,
    now: datetime,
    routes: Sequence[Route] = (),
    classifier: TenantClassifier = BUILT_IN,
    is_whole: bool = False,
) -> PagePlan:
    """Compare the read tickets with the stored ones: what has to be written, and the counts.

    It reads a few fields of every stored ticket of the page, and all fields of those that may have changed. Of two
    records with the same id the newer one counts. Tickets past the tenant's retention period are left out. `routes`
    decide what alerts are sent. `classifier` must be the one that the tickets' digests name. `is_whole`: the page belongs to a
    whole read of the helpdesk.
    """
    end = store.tenant.end_of_retention(now)
    if end is not None:
        tickets = [each for each in tickets if each.content.created_at > end]
    latest = _latest(tickets)
    versions = store.find_versions(list(latest))
    doubtful = [
        id_
        for id_, ticket in latest.items()
        if id_ in versions and needs_full_read(versions[id_], ticket, now=now, is_whole=is_whole)
    ]
    stored = store.find_whole(doubtful) if doubtful else {}
    plan = _empty_plan(store, job_id=job_id, now=now, routes=routes, classifier=classifier, is_whole=is_whole)
    for id_, ticket in latest.items():
        if id_ not in versions:
            plan.add_new(ticket)
        elif id_ in stored:
            plan.add_known(ticket, stored[id_], versions[id_])
        else:
            plan.add_same(ticket, versions[id_])
    plan.unchanged += len(tickets) - len(latest)
    return plan


class StoredPage(NamedTuple):
    """A page of stored tickets: its writes, the id of the last ticket, and how many tickets were seen, 0 at the end."""

    writes: PageWrites
    after: str
    seen: int


def plan_reclassification(
    store: TicketStore, *, after: str, limit: int, classifier: TenantClassifier, now: datetime
) -> StoredPage:
    """Reclassify the live tickets after the id `after`."""

    def change(plan: PagePlan, stored: Document) -> None:
        plan.reclassify(stored, StoredVersion.of(stored))

    return plan_stored(store, change, after=after, limit=limit, classifier=classifier, now=now)


def plan_tagging(
    store: TicketStore, *, after: str, limit: int, classifier: TenantClassifier, now: datetime
) -> StoredPage:
    """Look for the topics in the live tickets after the id `after`."""
    return plan_stored(store, PagePlan.tag, after=after, limit=limit, classifier=classifier, now=now)


def plan_stored(
    store: TicketStore,
    change: Callable[[PagePlan, Document], None],
    *,
    after: str,
    limit: int,
    classifier: TenantClassifier,
    now: datetime,
) -> StoredPage:
    """Let `change` plan the writes of each live ticket after the id `after`, in the order of their ids.

    A page has at most `limit` tickets, and fewer if their messages are long.
    """
    plan = _empty_plan(store, job_id="", now=now, classifier=classifier)
    count = 0
    for stored in store.iterate_live({"external_id": {"$gt": after}}, limit=limit, by_id=True):
        change(plan, stored)
        after, count = stored["external_id"], count + 1
    return StoredPage(plan, after, count)


def plan_recount(store: TicketStore, *, after: str, limit: int, now: datetime) -> StoredPage:
    """Work out the clocks of the live tickets after the id `after`."""
    plan = _empty_plan(store, job_id="", now=now)
    found = list(store.iterate_live({"external_id": {"$gt": after}}, limit=limit, by_id=True))
    unread = [each["external_id"] for each in found if each.get("conversation_digest") and "exchange" not in each]
    conversations = store.find_conversations(unread) if unread else {}
    for stored in found:
        plan.recount(stored, conversations.get(stored["external_id"]))
    return StoredPage(plan, found[-1]["external_id"] if found else after, len(found))


def plan_remapping(
    store: TicketStore, statuses: StatusMap, *, limit: int, classifier: TenantClassifier, now: datetime
) -> PagePlan:
    """The next live tickets whose status the map, or our spelling, changes; an empty plan if none are left."""
    plan = _empty_plan(store, job_id="", now=now, classifier=classifier)
    for match in _mapped_otherwise(store, statuses):
        for stored in store.iterate_live(match, limit=limit):
            plan.remap(stored, StoredVersion.of(stored), statuses)
        if not plan.is_empty:
            break
    return plan


def _mapped_otherwise(store: TicketStore, statuses: StatusMap) -> Iterator[Document]:
    """Filters for the live tickets whose stored status is not what the map makes of the helpdesk's."""
    stored = store.iterate_values("status", {})
    if wrong := [each for each in stored if apply_status_map(spell_status(each), statuses) != (each, None)]:
        yield {"status": {"$in": wrong}, "mapped_from": None}
    for theirs in store.iterate_values("mapped_from", {"mapped_from": {"$type": "string"}}):
        ours, _ = apply_status_map(spell_status(theirs), statuses)
        yield {"mapped_from": {"$eq": theirs, "$type": "string"}, "status": {"$ne": ours}}


def _latest(tickets: Sequence[ReadTicket]) -> dict[str, ReadTicket]:
    latest: dict[str, ReadTicket] = {}
    for ticket in tickets:
        other = latest.get(ticket.content.external_id)
        if other is None or ticket.content.updated_at >= other.content.updated_at:
            latest[ticket.content.external_id] = ticket
    return latest


def _empty_plan(
    store: TicketStore,
    *,
    job_id: str,
    now: datetime,
    routes: Sequence[Route] = (),
    classifier: TenantClassifier = BUILT_IN,
    is_whole: bool = False,
) -> PagePlan:
    return PagePlan(
        tenant_id=store.tenant_id,
        job_id=job_id,
        now=now,
        routes=routes,
        retention_days=store.tenant.retention_days,
        classifier=classifier,
        clock_settings=find_clock_settings(store.tenant),
        is_whole=is_whole,
    )
