"""How fast ingestion is, as ratios to MongoDB's own `insert_many` of the same documents in the same run.

    python -m benchmarks.ingest [--tickets 100000] [--page-size 1000]
    python -m benchmarks.ingest --tickets 1000000      a whole million: some ten minutes and 5 GB of disk

Starts a MongoDB and a demo helpdesk of its own on loopback, without a rate limit, and ends them.
Each run is a real `manage.py ingest` in its own process; its time is the one in the audit log, its
peak memory what the kernel says. `insert_many` is measured before and after each run, because
other work on the machine makes both slower.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks import environment
from supportsaas.ops import child_process

ROOT = Path(__file__).resolve().parent.parent
GOALS = {"new": 0.20, "unchanged": 0.8, "10 % changed": 0.5}
MOST_MEGABYTES = 150
TENANT = "tenant_a"


@dataclass(frozen=True, slots=True)
class Run:
    name: str
    rate: float
    ceiling: float
    megabytes: float
    counts: str

    def row(self) -> str:
        ratio = self.rate / self.ceiling
        return (
            f"{self.name:<14}{self.rate:>10,.0f}{self.ceiling:>13,.0f}{ratio:>8.2f}{GOALS[self.name]:>7.2f}"
            f"{self.megabytes:>9.0f}  {self.counts}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--page-size", type=int, default=1000)
    wish = parser.parse_args()
    with environment.prepared(RATE_LIMIT_REQUESTS="0"):
        port = child_process.free_port()
        helpdesk = child_process.start(
            [sys.executable, "manage.py", "demo_helpdesk", "--port", str(port), "--no-limit",
             "--tickets", str(wish.tickets), "--max-page-size", str(wish.page_size)],
            cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _measure(f"http://127.0.0.1:{port}", port, wish.page_size)
        finally:
            child_process.stop(helpdesk)


def change_every_tenth(slug: str) -> None:
    """As if these had been stored with another status: the usual change of a ticket."""
    from pymongo import UpdateOne

    from supportsaas.db import mongo
    from tickets.classification.rules_version import RULES_VERSION
    from tickets.records.normalize import TicketContent

    tickets = mongo.collection("tickets")
    names = ("external_id", "source", "customer_id", "subject", "message", "created_at", "updated_at")
    writes = []
    for each in tickets.find({"tenant_id": slug, "external_id": {"$regex": "0$"}}):
        before = TicketContent(status="elsewhere", **{name: each[name] for name in names})
        values = {"status": "elsewhere", "digest": before.digest(classifier_version=RULES_VERSION)}
        writes.append(UpdateOne({"_id": each["_id"]}, {"$set": values}))
    for start in range(0, len(writes), 1000):
        tickets.bulk_write(writes[start : start + 1000], ordered=False)


def _measure(address: str, port: int, page_size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from supportsaas.db import indexes
    from tenants.models import Tenant
    from tickets.helpdesks.model import Source

    while not child_process.port_is_taken(port):
        time.sleep(0.1)
    call_command("migrate", verbosity=0)
    indexes.ensure_indexes()
    tenant = Tenant.objects.create(slug=TENANT, name="A")
    Source.objects.create(tenant=tenant, kind="house", url=address, page_size=page_size)

    print(f"Over HTTP, {page_size:,} tickets a page; peak memory is to stay under {MOST_MEGABYTES} MB.\n")
    print(f"{'run':<14}{'tickets/s':>10}{'insert_many':>13}{'ratio':>8}{'goal':>7}{'peak MB':>9}  counts")
    before: list[float] = []  # nothing is there yet that could be inserted again
    for name in GOALS:
        if name == "10 % changed":
            change_every_tenth(TENANT)
        rate, megabytes, counts = _ingest()
        after = _insert_many_rate()
        print(Run(name, rate, mean([*before, after]), megabytes, counts).row(), flush=True)
        before = [after]


def _insert_many_rate() -> float:
    """Tickets a second of `insert_many` alone, in a process of its own as the runs are."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.insert_many"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(told.stdout)


def _ingest() -> tuple[float, float, str]:
    """Tickets a second, peak memory in MB, and the counts of a run in a process of its own."""
    from tenants.models import Tenant
    from tickets import jobs

    process = subprocess.Popen(
        [sys.executable, "manage.py", "ingest", "--tenant", TENANT, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert told["status"] == "completed", told
    job = jobs.find_recent(Tenant.objects.get(slug=TENANT), limit=1)[0]
    seconds = (job["ended_at"] - job["started_at"]).total_seconds()
    read = told["new_ingested"] + told["updated"] + told["unchanged"]
    counts = ", ".join(f"{told[name]:,} {name}" for name in ("new_ingested", "updated", "unchanged") if told[name])
    return read / seconds, usage.ru_maxrss / 1024, counts


if __name__ == "__main__":
    main()
