"""Whether alerts hold ingestion up: its speed with a dead endpoint, with a well one and without any.

    python -m benchmarks.alerts_aside [--tickets 20000] [--rounds 3]

Every ticket of high urgency is announced, however old. A worker delivers meanwhile; the dead endpoint takes
every connection and never says a word. The runs take turns and the medians are compared, within one run.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks import environment
from supportsaas.ops import child_process

ROOT = Path(__file__).resolve().parent.parent
TENANT = "tenant_a"
GOAL = 0.95
KEPT = ("tickets", "ticket_history", "outbox", "deliveries", "circuits", "ingestion_logs", "sync_state", "quarantine")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    wish = parser.parse_args()
    with environment.prepared(RATE_LIMIT_REQUESTS="0"):
        port = child_process.free_port()
        helpdesk = child_process.start(
            [sys.executable, "manage.py", "demo_helpdesk", "--port", str(port), "--no-limit",
             "--tickets", str(wish.tickets), "--max-page-size", "1000"],
            cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not child_process.port_is_taken(port):
                time.sleep(0.1)
            _measure(f"http://127.0.0.1:{port}", rounds=wish.rounds)
        finally:
            child_process.stop(helpdesk)


def _measure(helpdesk: str, *, rounds: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from supportsaas.db import indexes
    from tenants.models import Tenant
    from tickets.alerts.model import Channel
    from tickets.helpdesks.model import Source

    call_command("migrate", verbosity=0)
    indexes.ensure_indexes()
    tenant = Tenant.objects.create(slug=TENANT, name="A")
    Source.objects.create(tenant=tenant, kind="house", url=helpdesk, page_size=1000)
    well, dead = _well_endpoint(), _dead_endpoint()
    rates: dict[str, list[float]] = {"no channel": [], "well": [], "dead": []}
    told: dict[str, str] = {}
    turns = [("no channel", None), ("well", well), ("dead", dead)]
    for _ in range(rounds):
        turns.reverse()  # so that a machine which becomes busier or idler favours none
        for name, address in turns:
            Channel.objects.filter(tenant=tenant).delete()
            if address:
                Channel.objects.create(tenant=tenant, kind="house", name=name, address=address, max_age_hours=24 * 365)
            rate, told[name] = _ingest()
            rates[name].append(rate)
    print(f"\n{'endpoint':<12}{'tickets/s':>11}{'to well':>9}  meanwhile")
    middle = {name: statistics.median(each) for name, each in rates.items()}
    for name, rate in middle.items():
        print(f"{name:<12}{rate:>11,.0f}{rate / middle['well']:>9.2f}  {told[name]}")
    ratio = middle["dead"] / middle["well"]
    print(f"\ndead to well: {ratio:.2f} (goal {GOAL}): {'reached' if ratio >= GOAL else 'MISSED'}")


def _ingest() -> tuple[float, str]:
    """Tickets a second of a whole first read, beside a worker that delivers; and what was delivered by then."""
    from supportsaas.db import mongo
    from tenants.models import Tenant
    from tickets import jobs

    for name in KEPT:
        mongo.collection(name).delete_many({})
    worker = child_process.start([sys.executable, "manage.py", "worker"], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while not mongo.collection("workers").count_documents({"_id": {"$regex": f":{worker.pid}$"}}):
            assert worker.poll() is None, "the worker ended"
            time.sleep(0.1)
        done = subprocess.run(
            [sys.executable, "manage.py", "ingest", "--tenant", TENANT, "--json"],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        read: dict[str, Any] = json.loads(done.stdout)
        news = mongo.collection("outbox").count_documents({})
        attempts = [each["attempts"] for each in mongo.collection("deliveries").find({}, {"attempts": 1})]
    finally:
        child_process.stop(worker)
    job = jobs.find_recent(Tenant.objects.get(slug=TENANT), limit=1)[0]
    seconds = (job["ended_at"] - job["started_at"]).total_seconds()
    return read["new_ingested"] / seconds, f"{news:,} announced, {sum(attempts):,} attempts"


def _well_endpoint() -> str:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def _dead_endpoint() -> str:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    held: list[socket.socket] = []

    def take() -> None:
        while True:
            held.append(listener.accept()[0])

    threading.Thread(target=take, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


if __name__ == "__main__":
    main()
