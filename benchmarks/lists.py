"""How fast lists and search are at a million tickets, among fifty tenants, over the stores that pages and API use.

    python -m benchmarks.lists [--tickets 1000000] [--others 1000]

Starts a MongoDB of its own and ends it. Beside every list stands what the plain way takes in the same run:
the filter as it is with `count_documents`, and a case-blind regular expression for the search.
"""

import argparse
import itertools
import json
import re
import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import ground

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TENANTS = 50
BATCH = 5_000
GOAL_MS = {"list": 30, "rare word": 100, "common word": 300}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--others", type=int, default=1_000, help="tickets of each of the other 49 tenants")
    parser.add_argument("--repeat", type=int, default=7)
    wish = parser.parse_args()
    with ground.prepared():
        import django

        django.setup()
        _measure(wish)


def _measure(wish: argparse.Namespace) -> None:
    from django.core.management import call_command

    from supportsaas import indexes, mongo
    from tenants.models import Tenant
    from tickets.search import store_waiting_words

    call_command("migrate", verbosity=0)
    indexes.ensure_indexes()
    tenants = [Tenant.objects.create(slug=f"tenant_{n}", name=f"Tenant {n}") for n in range(TENANTS)]
    began = time.perf_counter()
    for number, tenant in enumerate(tenants):
        _fill(tenant, wish.others if number else wish.tickets)
    print(f"stored in {time.perf_counter() - began:,.0f} s", flush=True)
    began = time.perf_counter()
    done = store_waiting_words(threading.Event())
    seconds = time.perf_counter() - began
    print(f"{done:,} tickets made searchable in {seconds:,.0f} s by one worker: {done / seconds:,.0f}/s", flush=True)
    sizes = mongo.database().command("collStats", "tickets")
    for name, size in sizes["indexSizes"].items():
        print(f"  {size / 2**20:8,.0f} MB  {name}")
    print(f"  {sizes['storageSize'] / 2**20:8,.0f} MB  the tickets\n")
    _print_table(tenants[0], wish.repeat)


def _fill(tenant: Any, size: int) -> None:
    """Store tickets as ingestion would, in bulk: no history, no transaction, each text judged once."""
    from supportsaas import mongo
    from tickets.counts import TicketCounts
    from tickets.demo_helpdesk.bulk import BulkTenant
    from tickets.ingestion.planning import PagePlan
    from tickets.ingestion.reading import judge, read_records
    from tickets.sources.base import SourceRecord

    known: dict[tuple[str, str], Any] = {}

    def judged(content: Any) -> Any:
        text = (content.subject, content.message)
        if text not in known:
            known[text] = judge(content)
        return known[text]

    bulk = BulkTenant(name=tenant.slug, anchor=NOW, size=size)
    for start in range(0, size, BATCH):
        records = [json.loads(row) for row in bulk.json_rows(start, start + BATCH)]
        read = read_records([SourceRecord(each, each) for each in records], tenant_id=tenant.slug)
        plan = PagePlan(tenant_id=tenant.slug, job_id="bulk", now=NOW, routes=(), retention_days=None, judge=judged)
        for ticket in read.tickets:
            plan.add_new(ticket)
        mongo.collection("tickets").insert_many(plan.inserts, ordered=False)
    TicketCounts(tenant).repair()


def _print_table(tenant: Any, repeat: int) -> None:
    from supportsaas import mongo
    from tickets.filters import TicketFilter
    from tickets.paging import END
    from tickets.store import TicketStore

    store, tickets = TicketStore(tenant), mongo.collection("tickets")
    newest = next(iter(store.find_page(TicketFilter(), page_size=1).tickets))
    one: dict[str, Any] = {
        "status": ("pending",),
        "urgency": ("high",),
        "sentiment": ("negative",),
        "source": ("phone",),
        "requires_action": True,
        "customer_id": newest["customer_id"],
        "keyword": "refund",
        "30 days": {"created_from": NOW - timedelta(days=30, hours=5)},
    }

    def plainly(wanted: TicketFilter) -> None:
        match = {"tenant_id": tenant.slug, "is_deleted": False, **wanted.match()}
        if wanted.q:
            match["$or"] = [{name: {"$regex": re.escape(wanted.q), "$options": "i"}} for name in ("subject", "message")]
        order = [("created_at", -1), ("external_id", -1)]
        list(tickets.find(match, {"message": 0, "words": 0}).sort(order).limit(51))
        tickets.count_documents(match)

    header = f"{'list':<34}{'total':>12}{'page 1':>9}{'last':>9}{'goal':>7}{'plain':>9}{'ratio':>8}"
    print(header + "\n" + "-" * len(header))

    def row(name: str, wanted: TicketFilter, goal: int) -> None:
        page = store.find_page(wanted, page_size=50, excerpt=200)
        first = _median(lambda: store.find_page(wanted, page_size=50, excerpt=200), repeat)
        last = _median(lambda: store.find_page(wanted, page_size=50, cursor=END, excerpt=200), repeat)
        plain = _median(lambda: plainly(wanted), 1)
        total = f"{'> ' if page.is_more else ''}{page.total:,}"
        print(f"{name:<34}{total:>12}{first:>9.1f}{last:>9.1f}{goal:>7}{plain:>9.0f}{plain / first:>8.0f}", flush=True)

    for size in (0, 1, 2):
        for names in itertools.combinations(one, size):
            values: dict[str, Any] = {}
            for name in names:
                values |= one[name] if isinstance(one[name], dict) else {name: one[name]}
            row(" + ".join(names) or "all", TicketFilter(**values), GOAL_MS["list"])
    common, rare = _words_of(tickets, tenant.slug)
    row(f"rare word: {rare}", TicketFilter(q=rare), GOAL_MS["rare word"])
    row(f"common word: {common}", TicketFilter(q=common), GOAL_MS["common word"])
    row("a word: have", TicketFilter(q="have not"), GOAL_MS["common word"])
    row("prefix: refun*", TicketFilter(q="refun*"), GOAL_MS["common word"])
    row("two words: refund booking", TicketFilter(q="refund booking"), GOAL_MS["common word"])
    row('phrase: "full refund"', TicketFilter(q='"full refund"'), GOAL_MS["common word"])
    row("refund + pending", TicketFilter(q="refund", status=("pending",)), GOAL_MS["common word"])
    row(f"id: {newest['external_id']}", TicketFilter(q=newest["external_id"]), GOAL_MS["rare word"])
    print("\nMilliseconds, medians over the store. plain: the filter and count_documents; a regex for words.")


def _words_of(tickets: Any, slug: str) -> tuple[str, str]:
    """The commonest and a rare word of the tenant, from a sample."""
    rows = tickets.aggregate(
        [
            {"$match": {"tenant_id": slug}},
            {"$sample": {"size": 2000}},
            {"$unwind": "$words"},
            {"$match": {"words": {"$regex": "^[a-z]{4,}$"}}},
            {"$group": {"_id": "$words", "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
        ]
    )
    found = [row["_id"] for row in rows]
    return found[0], found[-1]


def _median(work: Callable[[], Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
