"""How long it takes until all of many alerts have arrived at a native notify endpoint.

    python -m benchmarks.alerts_arrive [--alerts 500] [--workers 1] [--faster 1]

The endpoint is the demo helpdesk's: it fails each ticket's first two attempts, answers after 0.1 to 0.5 s, and
is shut for 30 s after ten failures in a row. `--faster 10` divides all of these times, and those of the
circuit and of the waits between attempts, by ten. The floor is worked out from the rules and explained in
docs/decisions/0005-alerts-retry-breaker-and-probe.md.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks import environment
from supportsaas.ops import child_process

ROOT = Path(__file__).resolve().parent.parent
TENANT = "tenant_a"
FAILURES_EACH = 2
LOOK_SECONDS = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--faster", type=float, default=1.0)
    parser.add_argument("--deliver", action="store_true", help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.deliver:
        _deliver(wish.faster)
        return
    with environment.prepared():
        _measure(wish)


def _measure(wish: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from supportsaas import clock
    from supportsaas.db import indexes, mongo
    from supportsaas.reliability.circuit_breaker import FAILURES_TO_OPEN, OPEN_SECONDS
    from supportsaas.reliability.outbox import OutboxEntry, append_entries
    from tenants.models import Tenant
    from tickets.alerts.dispatcher import THREADS_AN_ENDPOINT
    from tickets.alerts.model import Channel
    from tickets.demo.notify_endpoint import NotifyRules
    from tickets.demo.server import DemoHelpdesk

    call_command("migrate", verbosity=0)
    indexes.ensure_indexes()
    tenant = Tenant.objects.create(slug=TENANT, name="A")
    with DemoHelpdesk(
        sizes={TENANT: 0},
        notify=NotifyRules(
            shortest_delay=0.1 / wish.faster, longest_delay=0.5 / wish.faster, closed_seconds=30 / wish.faster
        ),
    ) as helpdesk:
        channel = Channel.objects.create(tenant=tenant, kind="house", name="House", address=helpdesk.url)
        entries = [
            OutboxEntry(
                tenant_id=TENANT,
                channel_id=str(channel.pk),
                event=f"T-{n}",
                facts={
                    "ticket_id": f"T-{n}",
                    "subject": f"Case {n}",
                    "customer_id": f"cust_{n}",
                    "urgency": "high",
                    "sentiment": "negative",
                    "reason": "High urgency: legal threat (“lawsuit”)",
                    "created_at": clock.now(),
                },
            )
            for n in range(wish.alerts)
        ]
        mongo.in_transaction(lambda session: append_entries(entries, now=clock.now(), session=session))
        began = time.monotonic()
        again = [sys.executable, "-m", "benchmarks.alerts_arrive", "--deliver", "--faster", str(wish.faster)]
        workers = [child_process.start(again, cwd=ROOT) for _ in range(wish.workers)]
        try:
            _wait_for_all(helpdesk, wish.alerts, began)
        finally:
            for worker in workers:
                child_process.stop(worker)
    seconds = time.monotonic() - began
    attempts = sum(each["attempts"] for each in mongo.collection("deliveries").find({}, {"attempts": 1}))
    (circuit,) = mongo.collection("circuits").find()
    opened = circuit["era"] // 2  # an era ends when it opens, and when it closes
    failures = wish.alerts * FAILURES_EACH
    under_way = THREADS_AN_ENDPOINT * wish.workers - 1
    least = failures / (FAILURES_TO_OPEN + under_way)
    print(
        f"\nall {wish.alerts} arrived after {seconds:.0f} s, with {attempts:,} attempts; the circuit opened {opened} times,"
    )
    print(f"which is {opened * OPEN_SECONDS / 60:.1f} minutes of silence at the endpoint's real times")
    print(
        f"floor: {failures:,} failures come first, and a closed time takes {FAILURES_TO_OPEN} and {under_way} under way:"
    )
    print(f"it opens {least:.0f} times, {least * OPEN_SECONDS / 60:.1f} minutes of silence")


def _wait_for_all(helpdesk: "object", alerts: int, began: float) -> None:
    next_word = 0.0
    while True:
        arrived = {each["ticket_id"] for each in helpdesk.notifications}  # type: ignore[attr-defined]
        passed = time.monotonic() - began
        if passed >= next_word:
            print(f"{passed:7.0f} s  {len(arrived):4d} of {alerts}", flush=True)
            next_word = passed + LOOK_SECONDS
        if len(arrived) == alerts:
            return
        time.sleep(0.2)


def _deliver(faster: float) -> None:
    """The deliveries task of a worker alone, with the product's own times divided."""
    import random
    import signal
    import threading

    import django

    django.setup()
    from supportsaas.reliability import circuit_breaker
    from tickets.alerts.dispatcher import Dispatcher

    if faster != 1:
        circuit_breaker.OPEN_SECONDS = circuit_breaker.OPEN_SECONDS / faster
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Dispatcher(owner=f"benchmark:{os.getpid()}", jitter=lambda low, high: random.uniform(low, high) / faster).run(stop)


if __name__ == "__main__":
    main()
