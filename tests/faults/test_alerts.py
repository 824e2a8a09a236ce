"""A flaky endpoint and workers that are killed: every alert arrives, and what comes twice has the same key."""

import random
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests import processes
from tests.alerts.conftest import make_webhook
from tests.alerts.endpoint import Endpoint, Reply
from tests.builders import store_tickets
from tests.faults.conftest import IS_LONG, OwnDatabase
from tickets.alerts.model import Channel

SEEDS = range(10) if IS_LONG else range(1)
ALERTS, KILLS = (320, 40) if IS_LONG else (30, 5)
"""A share of the alerts before each kill is an even number: what comes later of the same customer waits an hour."""
PATIENCE_SECONDS = 600 if IS_LONG else 120
WORKERS = 3


def flaky(chance: random.Random) -> Callable[[str, dict[str, Any]], Reply]:
    """Half of the requests go wrong: fail, break off, are too slow, or are taken but never confirmed."""
    turn = threading.Lock()

    def behave(_key: str, _body: dict[str, Any]) -> Reply:
        with turn:
            kind = chance.choices(["good", "slow", "error", "busy", "reset", "hang"], weights=[40, 15, 20, 5, 10, 10])[
                0
            ]
        return {
            "good": Reply(),
            "slow": Reply(seconds=0.2),
            "error": Reply(status=500),
            "busy": Reply(status=429, retry_after="0.3"),
            "reset": Reply(is_reset=True),
            "hang": Reply(seconds=1.0),  # it counts as received, but the sender has given up by then
        }[kind]

    return behave


class Workers:
    """Processes that deliver. `kill_one` ends one at once and starts another in its place."""

    def __init__(self, database: OwnDatabase) -> None:
        self._database = database
        self.running = [self._start() for _ in range(WORKERS)]

    def _start(self) -> "subprocess.Popen[bytes]":
        return processes.start("-m", "tests.faults.delivering", env=self._database.environment())

    def kill_one(self, chance: random.Random) -> None:
        victim = chance.randrange(WORKERS)
        self.running[victim].kill()
        self.running[victim].wait()
        self.running[victim] = self._start()

    def end(self) -> None:
        for each in self.running:
            each.terminate()
        for each in self.running:
            # One that was started a moment ago does not listen yet, and ends as any process does.
            assert each.wait(30) in (0, -signal.SIGTERM)


def bring_in(tenant: Tenant, numbers: range) -> list[str]:
    """Urgent tickets, two of each customer at once."""
    at = clock.now().isoformat()
    return store_tickets(
        tenant,
        [
            {"id": f"T-{n}", "message": "We will file a lawsuit", "customer_id": f"cust_{n // 2}",
             "created_at": at, "updated_at": at}
            for n in numbers
        ],
        now=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_arrives_though_the_endpoint_is_flaky_and_workers_are_killed(
    seed: int, database: OwnDatabase, acme: Tenant
) -> None:
    chance = random.Random(f"alerts {seed}")
    with Endpoint(flaky(chance)) as house, Endpoint(flaky(chance)) as hook:
        Channel.objects.filter(tenant=acme).update(address=house.url)
        make_webhook(acme, hook)
        workers = Workers(database)
        wanted: set[str] = set()
        deadline = time.monotonic() + PATIENCE_SECONDS
        try:
            for kill in range(KILLS):
                share = ALERTS // KILLS
                wanted |= set(bring_in(acme, range(kill * share, (kill + 1) * share)))
                time.sleep(chance.uniform(0.2, 2.0))
                workers.kill_one(chance)
            while waiting() and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            workers.end()
    assert waiting() == 0, statuses()
    assert statuses().keys() == {"delivered"}
    assert {each.body["ticket_id"] for each in house.accepted()} == wanted
    keys: dict[str, set[str]] = defaultdict(set)
    for each in house.received:
        keys[each.body["ticket_id"]].add(each.key)
    assert {len(each) for each in keys.values()} == {1}, "a ticket has one key, at every attempt"
    said = {each.key: each.body for each in hook.received}
    assert all(each.body == said[each.key] for each in hook.received), "a key has one message, at every attempt"
    found = [ticket["ticket_id"] for body in said.values() for ticket in body["tickets"]]
    assert sorted(found) == sorted(wanted), "folded or not, a ticket is in exactly one message"
    assert {each.key for each in hook.accepted()} == said.keys()


def waiting() -> int:
    """What is not delivered yet: news, and messages."""
    return mongo.collection("outbox").count_documents({"status": "waiting"}) + mongo.collection(
        "deliveries"
    ).count_documents({"status": "pending"})


def statuses() -> dict[str, int]:
    rows = mongo.collection("deliveries").aggregate([{"$group": {"_id": "$status", "count": {"$sum": 1}}}])
    return {row["_id"]: row["count"] for row in rows}
