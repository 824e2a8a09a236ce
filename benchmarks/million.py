"""A MongoDB of its own with a tenant of a million tickets among 50 others, for benchmarks of reading.

The tickets go through the pipeline's own reading and planning, so they look as ingestion stores them;
only the verdicts are cached by text, because the texts are few thousand. They have their words already, and their
roll-ups are built, as after the periodic tasks.
"""

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from benchmarks import environment

if TYPE_CHECKING:
    from tenants.models import Tenant

LARGE = "tenant_a"
MIDDLE = "tenant_b"
MIDDLE_TICKETS = 10_000
SMALL_TICKETS = 2_000
OTHERS = 50
TEAMS = {
    "Support": 30, "Billing": 18, "Returns": 12, "Delivery": 9, "Accounts": 7, "Technical": 6, "Warranty": 4,
    "Sales": 3, "Partners": 2, "Security": 2, "Legal": 1, "Press": 1,
}  # fmt: skip
"""Teams and how many of a hundred tickets each has; the others have none."""
PRIORITIES = {"normal": 60, "low": 20, "high": 15, "urgent": 5}
TYPES = ("question", "problem", "order", "return")
_BATCH = 5_000


@contextmanager
def running(*, tickets: int, directory: str | None = None) -> Iterator[None]:
    """MongoDB, Django and the tickets, ready. With a `directory`, what is there already is used again."""
    with environment.prepared(directory):
        import django

        django.setup()
        _build(tickets)
        yield


def _build(tickets: int) -> None:
    from django.core.management import call_command

    from supportsaas.db import indexes, mongo
    from tenants.models import Tenant
    from tickets.records.collection_names import TICKETS
    from tickets.store.index_scans import WORDS_INDEX

    call_command("migrate", verbosity=0)
    indexes.ensure_indexes()
    sizes = {LARGE: tickets, MIDDLE: MIDDLE_TICKETS}
    sizes |= {f"other_{number:02}": SMALL_TICKETS for number in range(1, OTHERS)}
    for slug, size in sizes.items():
        tenant, is_new = Tenant.objects.get_or_create(slug=slug, defaults={"name": slug, "timezone": "Europe/Berlin"})
        began = time.perf_counter()
        if is_new:
            if slug == LARGE:  # an index of many entries is made faster at once
                mongo.collection(TICKETS).drop_index(WORDS_INDEX)
            _fill(slug, size)
            if slug == LARGE:
                indexes.ensure_indexes()
                print(f"{slug}: {size:,} tickets made in {time.perf_counter() - began:.0f} s", flush=True)
                began = time.perf_counter()
        roll_up(tenant)
        if slug == LARGE and is_new:
            print(f"{slug}: roll-ups built in {time.perf_counter() - began:.0f} s", flush=True)


def roll_up(tenant: "Tenant") -> None:
    """What the workers do: build the roll-ups unless they are there, and tidy their keywords."""
    from tickets.rollups.building import build
    from tickets.rollups.keywords import tidy

    while not build(tenant):  # a process that was killed has left its lock for a minute
        time.sleep(1)
    tidy(tenant)


def _fill(slug: str, size: int) -> None:
    import json

    from supportsaas import clock
    from supportsaas.db import mongo
    from tickets.classification.classifier import TenantClassifier
    from tickets.classification.classify import classify_ticket
    from tickets.classification.stored_words import searchable_words, topic_word, value_words
    from tickets.classification.topics.keywords import keywords
    from tickets.demo.bulk import BulkTenant
    from tickets.helpdesks.base import SourceRecord
    from tickets.planning import page_plan, reading
    from tickets.planning.changes import Verdict
    from tickets.records.normalize import TicketContent

    @lru_cache(maxsize=10_000)
    def classified(subject: str, message: str) -> Verdict:
        return Verdict(
            classification=classify_ticket(subject=subject, message=message),
            topics=keywords(subject=subject, message=message),
        )

    @lru_cache(maxsize=10_000)
    def words_of_text(subject: str, message: str) -> list[str]:
        return searchable_words(texts=(subject, message), ids=())

    def classify(content: TicketContent, *, classifier: TenantClassifier) -> Verdict:
        return classified(content.subject, content.message)

    classify_each = vars(page_plan)["classify"]
    vars(page_plan)["classify"] = classify  # the same few texts again and again need not be classified again
    bulk = BulkTenant(name=slug, anchor=datetime.now(UTC), size=size)
    now = clock.now()
    for start in range(0, size, _BATCH):
        records = [json.loads(row) for row in bulk.json_rows(start, start + _BATCH)]
        if slug == LARGE:
            records = [each | dimensions_of(each["id"]) for each in records]
        if slug in (LARGE, MIDDLE):
            records = [each | closing_of(each) for each in records]
        sources = [
            SourceRecord(each, each, messages=messages_of(each) if slug in (LARGE, MIDDLE) else None)
            for each in records
        ]
        read = reading.read_records(sources, tenant_id=slug)
        plan = page_plan.PagePlan(tenant_id=slug, job_id="benchmark", now=now, routes=(), retention_days=None)
        for ticket in read.tickets:
            plan.add_new(ticket)
        for each in plan.inserts:
            ids = searchable_words(texts=(), ids=(each["external_id"], each["customer_id"]))
            words_of_topics = map(topic_word, each["topics"])
            each["words"] = [*words_of_text(each["subject"], each["message"]), *ids, *words_of_topics]
            each["words"] += value_words(each)
            del each["unindexed_since"]
        mongo.collection("tickets").insert_many(plan.inserts, ordered=False)
    vars(page_plan)["classify"] = classify_each  # what changes afterwards is classified as in ingestion


def messages_of(record: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The conversation of a ticket, by its id: up to two replies of an agent, and the customer in between.

    A tenth of the tickets have an unknown one, and a tenth have no reply yet.
    """
    digest = zlib.crc32(record["id"].encode(), 1)
    if digest % 10 == 0:
        return None
    minutes = [round(5 * 1.09 ** (digest >> shift & 63)) for shift in (4, 10, 16)]  # five minutes to 19 hours
    at = datetime.fromisoformat(record["created_at"])
    messages = []
    for place, wait in enumerate(minutes[: 0 if digest % 10 == 1 else 1 + 2 * (digest >> 22 & 1)]):
        at += timedelta(minutes=wait)
        is_customer = place == 1
        messages.append({"id": f"{place}", "at": at.isoformat(), "text": "An answer.", "is_customer": is_customer})
    return messages


def closing_of(record: dict[str, Any]) -> dict[str, str]:
    """When the helpdesk says that a closed ticket was resolved: after a quarter of an hour to two weeks."""
    if record["status"] not in ("closed", "resolved"):
        return {}
    minutes = round(15 * 1.11 ** (zlib.crc32(record["id"].encode(), 2) & 63))
    return {"resolved_at": (datetime.fromisoformat(record["created_at"]) + timedelta(minutes=minutes)).isoformat()}


def dimensions_of(external_id: str) -> dict[str, str]:
    """The team, priority, assignee and type of a ticket, by its id."""
    digest = zlib.crc32(external_id.encode())
    chosen = {
        "team": _share(TEAMS, digest % 100),
        "priority": _share(PRIORITIES, digest // 100 % 100),
        "assignee": f"Agent {digest // 10_000 % 40 + 1}",
        "type": TYPES[digest // 400_000 % len(TYPES)],
    }
    return {name: value for name, value in chosen.items() if value}


def _share(shares: dict[str, int], place: int) -> str | None:
    """The value at a place from 0 to 99, each value taking as many places as its share."""
    for value, share in shares.items():
        place -= share
        if place < 0:
            return value
    return None
