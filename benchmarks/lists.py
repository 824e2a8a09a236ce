"""How fast lists, search and exports are at a million tickets, among fifty tenants.

    python -m benchmarks.lists [--tickets 1000000] [--repeat 7] [--directory DIR] [--only keyword]

Every pair of filters that the list offers: page 1 and the last page, with total and choices, over the store
and over HTTP from a gunicorn of its own, and what MongoDB reads for page 1. Beside it stands the plain way in
the same run: the filter as it is with `count_documents`, and a case-blind regular expression for the search.
Then searches; how fast words are stored; the memory that a million rows take on their way out.
With --directory what is built there is used again; with --only just the lists whose name has the word.
"""

import argparse
import itertools
import os
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks import million, web

GOAL_MS = {"list": 30, "rare word": 100, "common word": 300}
WAITING = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--directory", help="keep what is built here, or use it again")
    parser.add_argument("--only", default="", help="just the lists whose name has this, and nothing else")
    parser.add_argument("--no-plain", action="store_true", help="leave the plain way out: it takes longest")
    wish = parser.parse_args()
    with million.running(tickets=wish.tickets, directory=wish.directory), web.running() as pages:
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
        _Lists(pages, wish.repeat, wish.only, with_plain=not wish.no_plain).print_table()
        if not wish.only:
            _print_sizes()
            _store_words()
            _export(pages)


@dataclass(frozen=True, slots=True)
class _Lists:
    pages: web.Web
    repeat: int
    only: str
    with_plain: bool

    def print_table(self) -> None:
        from tenants.models import Tenant

        tenant = Tenant.objects.get(slug=million.LARGE)
        header = (
            f"{'list':<34}{'total':>12}{'page 1':>9}{'last':>9}{'goal':>7}{'HTTP 1':>9}{'last':>9}"
            f"{'keys':>9}{'docs':>9}{'plain':>9}{'ratio':>8}"
        )
        print(header + "\n" + "-" * len(header))
        for name, fields, goal in _lists(tenant):
            if self.only in name:
                self._print_row(tenant, name, fields, goal)
        print(
            "\nMilliseconds, medians. keys, docs: what MongoDB looks at for page 1, its total and its choices.\n"
            "≥: counted up to there at first. plain: the filter and count_documents; a regex for words.\n"
        )

    def _print_row(self, tenant: Any, name: str, fields: dict[str, Any], goal: int) -> None:
        from supportsaas.db.paging import END
        from tickets.store.filters import TicketFilter
        from tickets.store.ticket_store import TicketStore

        store, wanted = TicketStore(tenant), TicketFilter(**fields)
        page = store.queries.page_by_cursor(wanted, size=50, excerpt=200)
        first = self._median(lambda: store.queries.page_by_cursor(wanted, size=50, excerpt=200))
        last = self._median(lambda: store.queries.page_by_cursor(wanted, size=50, cursor=END, excerpt=200))
        keys, documents = _examined(lambda: store.queries.page_by_cursor(wanted, size=50, excerpt=200))
        path = f"/t/{tenant.slug}/tickets/?{wanted.query()}"
        first_page = self._median(lambda: self.pages.get(path))
        last_page = self._median(lambda: self.pages.get(f"{path}&cursor={END.encode()}"))
        plain = _time(lambda: _plainly(tenant.slug, wanted)) if self.with_plain else 0.0
        total = f"{'≥ ' if page.is_more else ''}{page.total:,}"
        print(
            f"{name:<34}{total:>12}{first:>9.1f}{last:>9.1f}{goal:>7}{first_page:>9.1f}{last_page:>9.1f}"
            f"{keys:>9,}{documents:>9,}{plain:>9.0f}{plain / first:>8.0f}",
            flush=True,
        )

    def _median(self, work: Callable[[], Any]) -> float:
        """After one time that does not count."""
        work()
        return statistics.median(_time(work) for _ in range(self.repeat))


def _lists(tenant: Any) -> list[tuple[str, dict[str, Any], int]]:
    """Name, fields of the filter and goal: each field, each pair of fields, and searches."""
    from supportsaas import clock
    from tickets.store.filters import TicketFilter
    from tickets.store.ticket_store import TicketStore

    store = TicketStore(tenant)
    newest = store.queries.page_by_cursor(TicketFilter(), size=1).tickets[0]
    common_keyword, rare_keyword = _commonest(tenant, r"^#[a-z]+$", place=0), _commonest(tenant, r"^#[a-z]+$", place=-1)
    common, rare = _commonest(tenant, "^[a-z]{4,}$", place=0), _commonest(tenant, "^[a-z]{4,}$", place=-1)
    one: dict[str, dict[str, Any]] = {
        "open": {"status": ("open",)},
        "closed": {"status": ("closed",)},
        "high": {"urgency": ("high",)},
        "negative": {"sentiment": ("negative",)},
        "phone": {"source": ("phone",)},
        "needs action": {"requires_action": True},
        "customer": {"customer_id": _commonest_customer(tenant)},
        "common keyword": {"keyword": common_keyword.removeprefix("#")},
        "keyword": {"keyword": "refund"},
        "rare keyword": {"keyword": rare_keyword.removeprefix("#")},
        "30 days": {"created_from": clock.now() - timedelta(days=30, hours=5)},
        "old month": {
            "created_from": clock.now() - timedelta(days=200, hours=5),
            "created_to": clock.now() - timedelta(days=170, hours=7),
        },
        "word": {"q": common},
    }
    found = []
    for size in (0, 1, 2):
        for names in itertools.combinations(one, size):
            fields = {name: value for each in names for name, value in one[each].items()}
            if len(fields) == sum(len(one[each]) for each in names):  # not one field twice
                goal = "common word" if "word" in names else "list"
                found.append((" + ".join(names) or "all", fields, GOAL_MS[goal]))
    searches = {
        f"rare word: {rare}": (rare, "rare word"),
        f"common word: {common}": (common, "common word"),
        "prefix: refun*": ("refun*", "common word"),
        "two words: refund booking": ("refund booking", "common word"),
        f"two words: {common} refund": (f"{common} refund", "common word"),
        'phrase: "full refund"': ('"full refund"', "common word"),
        f"id: {newest['external_id']}": (newest["external_id"], "rare word"),
    }
    return found + [(name, {"q": q}, GOAL_MS[goal]) for name, (q, goal) in searches.items()]


def _commonest(tenant: Any, pattern: str, *, place: int) -> str:
    """Of the stored words like the pattern in a sample, by their number; the rarest is found by -1."""
    from supportsaas.db import mongo

    rows = mongo.collection("tickets").aggregate(
        [
            {"$match": {"tenant_id": tenant.slug}},
            {"$limit": 5000},
            {"$unwind": "$words"},
            {"$match": {"words": {"$regex": pattern}}},
            {"$group": {"_id": "$words", "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
        ]
    )
    return str([row["_id"] for row in rows][place])


def _commonest_customer(tenant: Any) -> str:
    from supportsaas.db import mongo

    rows = mongo.collection("tickets").aggregate(
        [{"$match": {"tenant_id": tenant.slug}}, {"$limit": 20_000}, {"$sortByCount": "$customer_id"}, {"$limit": 1}]
    )
    return str(next(iter(rows))["_id"])


def _plainly(slug: str, wanted: Any) -> None:
    from supportsaas.db import mongo

    tickets = mongo.collection("tickets")
    match = {"tenant_id": slug, "is_deleted": False, **wanted.match()}
    if wanted.q:
        match["$or"] = [{name: {"$regex": re.escape(wanted.q), "$options": "i"}} for name in ("subject", "message")]
    order = [("created_at", -1), ("external_id", -1)]
    list(tickets.find(match, {"message": 0, "words": 0}).sort(order).limit(51))
    tickets.count_documents(match)


def _examined(work: Callable[[], Any]) -> tuple[int, int]:
    """Keys and documents that MongoDB looks at, as its profiler says."""
    from supportsaas.db import mongo

    database = mongo.database()
    database.command("profile", 0)
    database.drop_collection("system.profile")
    database.command("profile", 2)
    try:
        work()
    finally:
        database.command("profile", 0)
    read = {"ns": {"$in": [f"{database.name}.{each}" for each in _READ]}}
    told = list(database["system.profile"].find(read, {"keysExamined": 1, "docsExamined": 1}))
    keys, documents = (sum(each.get(name, 0) for each in told) for name in ("keysExamined", "docsExamined"))
    return keys, documents


_READ = ("tickets", "rollup_numbers", "rollup_state")


def _print_sizes() -> None:
    from supportsaas.db import mongo

    sizes = mongo.database().command("collStats", "tickets")
    for name, size in sizes["indexSizes"].items():
        print(f"  {size / 2**20:8,.0f} MB  {name}")
    print(f"  {sizes['storageSize'] / 2**20:8,.0f} MB  the tickets\n")


def _store_words() -> None:
    """As if some tickets had come in just now."""
    from supportsaas import clock
    from supportsaas.db import mongo
    from tenants.models import Tenant
    from tickets.store.word_index import BATCH, WordIndex

    tickets = mongo.collection("tickets")
    newest = tickets.find({"tenant_id": million.LARGE, "is_deleted": False}, {"_id": 1})
    ids = [each["_id"] for each in newest.sort([("created_at", -1), ("external_id", -1)]).limit(WAITING)]
    change = {"$set": {"unindexed_since": clock.now()}, "$unset": {"words": ""}}
    tickets.update_many({"_id": {"$in": ids}}, change)
    words = WordIndex(Tenant.objects.get(slug=million.LARGE))
    began, own = time.perf_counter(), time.process_time()
    done = 0
    while taken := words.store_words(limit=BATCH):
        done += taken
    seconds, own = time.perf_counter() - began, time.process_time() - own
    print(
        f"{done:,} tickets made searchable by one worker: {done / seconds:,.0f}/s, "
        f"{own / seconds:.0%} of the time in its own process\n"
    )


def _export(pages: web.Web) -> None:
    print(f"{'export':<34}{'lines':>12}{'MB':>9}{'lines/s':>9}{'peak MB':>9}")
    for slug, query in (
        (million.MIDDLE, ""),
        (million.LARGE, ""),
        (million.LARGE, "status=closed"),
        (million.LARGE, "q=refund"),
        (million.LARGE, "keyword=refund"),
    ):
        for format_ in ("csv", "jsonl"):
            pages.forget_peak()
            began = time.perf_counter()
            rows = size = 0
            path = f"/t/{slug}/export/tickets/?{query}&format={format_}"
            with pages.client.stream("GET", path) as answer:
                assert answer.status_code == 200, answer.status_code
                for piece in answer.iter_bytes():
                    size += len(piece)
                    rows += piece.count(b"\n")
            seconds = time.perf_counter() - began
            name = f"{slug} {query} {format_}"
            print(
                f"{name:<34}{rows:>12,}{size / 2**20:>9,.0f}{rows / seconds:>9,.0f}{pages.peak_megabytes():>9.0f}",
                flush=True,
            )
    print(
        "\nlines: of the file; a message may have several. peak MB: of the web process, which served the lists before."
    )


def _time(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
