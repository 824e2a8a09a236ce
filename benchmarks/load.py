"""Fifty people and programs at once, while an ingestion runs.

    python -m benchmarks.load [--users 50] [--seconds 60] [--tickets 30000] [--think 5.0]

Starts a MongoDB, a demo helpdesk, a worker and gunicorn with two processes, all of its own and on loopback;
reads one tenant in, then lets users walk over pages and API calls, each pausing about `--think` seconds after
every answer, while the worker reads other tenants again and again. Prints requests a second, the
median and the 95th percentile of each route as users see it and as the server's own log has it, the errors (any
ends it with exit status 1), and the memory of the processes before and after. It ends by itself.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import environment
from supportsaas.ops import child_process

ROOT = Path(__file__).resolve().parent.parent
READ_BEFORE, READ_MEANWHILE = "tenant_a", ("tenant_b", "tenant_c")
PATIENCE_SECONDS = 600

PAGES = (
    "/", "/t/{t}/", "/t/{t}/?period=30d", "/t/{t}/tickets/", "/t/{t}/tickets/?urgency=high", "/t/{t}/tickets/?q=refund",
    "/t/{t}/tickets/{id}/", "/t/{t}/customers/", "/t/{t}/ingestion/", "/t/{t}/ingestion/status/", "/t/{t}/quarantine/",
)  # fmt: skip
CALLS = (
    "/tickets?tenant_id={t}", "/tickets?tenant_id={t}&page_size=100", "/tickets/urgent?tenant_id={t}",
    "/tickets?tenant_id={t}&q=invoice&status=open", "/tickets/{id}?tenant_id={t}", "/tickets/{id}/history?tenant_id={t}",
    "/tenants/{t}/stats", "/ingest/status?tenant_id={t}", "/rate-limiter/status", "/health",
)  # fmt: skip


@dataclass
class Tally:
    """Milliseconds of every answer by address, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(map(len, self.took.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--tickets", type=int, default=30_000)
    parser.add_argument("--think", type=float, default=5.0, help="seconds from an answer to the next request")
    wish = parser.parse_args()
    web_port = child_process.free_port()
    with ExitStack() as stack:
        directory = stack.enter_context(
            environment.prepared(
                RATE_LIMIT_REQUESTS="0",
                API_REQUESTS_PER_MINUTE="0",
                PAGES_PER_MINUTE="0",
                LOG_FORMAT="json",
                PORT=str(web_port),
                WEB_WORKERS="2",
            )
        )
        port = child_process.free_port()
        helpdesk = ["manage.py", "demo_helpdesk", "--port", str(port), "--no-limit", "--tickets", str(wish.tickets)]
        stack.enter_context(_process(directory, "helpdesk", helpdesk))
        people = _prepare(f"http://127.0.0.1:{port}", port)
        with _process(directory, "worker", ["manage.py", "worker"]) as worker:
            _read_in(READ_BEFORE)
            gunicorn = ["-m", "gunicorn", "--config", "gunicorn.conf.py", "supportsaas.wsgi"]
            with _process(directory, "web", gunicorn) as web:
                _await_port(web_port)
                tally, runs, memory = _load(f"http://127.0.0.1:{web_port}", wish, people, [web.pid, worker.pid])
        _report(wish, tally, runs, memory, directory / "web.log")
        _report_sizes(directory)
    sys.exit(1 if tally.errors else 0)


# -- Getting ready -------------------------------------------------------------------------


@contextmanager
def _process(directory: Path, name: str, arguments: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    with (directory / f"{name}.log").open("wb") as log:
        process = child_process.start([sys.executable, *arguments], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        child_process.stop(process, timeout=90)


def _await_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not child_process.port_is_taken(port):
        assert time.monotonic() < deadline, f"nothing listens on {port}"
        time.sleep(0.1)


def _prepare(helpdesk: str, port: int) -> dict[str, Any]:
    """Tenants with sources, and how to get in as a person and as a program."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from supportsaas.db import indexes
    from tenants.models import ApiToken, Role, Tenant, User
    from tickets.helpdesks.model import Source

    _await_port(port)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    indexes.ensure_indexes()
    for slug in (READ_BEFORE, *READ_MEANWHILE):
        Source.objects.create(
            tenant=Tenant.objects.create(slug=slug, name=slug), kind="house", url=helpdesk, page_size=1000
        )
    user = User.objects.create_user(username="load", password=None, is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    token = ApiToken.issue(name="load", user=user, tenant=None, role=Role.MANAGER)[1]
    return {"session": client.cookies["sessionid"].value, "token": token}


def _enqueue(slug: str) -> bool:
    """Have the worker read the tenant, unless it does already."""
    from tenants.models import Tenant
    from tickets import jobs
    from tickets.jobs import JobActive, JobRequest

    try:
        jobs.enqueue(Tenant.objects.get(slug=slug), JobRequest(trigger="command", started_by="load", full=True))
    except JobActive:
        return False
    return True


def _read_in(slug: str) -> None:
    from tenants.models import Tenant
    from tickets import jobs

    assert _enqueue(slug)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while jobs.find_active(Tenant.objects.get(slug=slug)):
        assert time.monotonic() < deadline, "the first read takes too long"
        time.sleep(0.2)


# -- The load ------------------------------------------------------------------------------


def _load(
    url: str, wish: argparse.Namespace, people: dict[str, Any], pids: list[int]
) -> tuple[Tally, dict[str, int], dict[str, tuple[float, float]]]:
    from supportsaas.db import mongo

    ids = [each["external_id"] for each in mongo.collection("tickets").find({"tenant_id": READ_BEFORE}).limit(500)]
    asyncio.run(_walk_all(url, wish, people, ids, seconds=3.0))  # every process has started up
    before = _memory(pids)
    tally = asyncio.run(_walk_all(url, wish, people, ids, seconds=wish.seconds, reading=True))
    after = _memory(pids)
    runs: dict[str, int] = defaultdict(int)
    for log in mongo.collection("ingestion_logs").find({"tenant_id": {"$in": list(READ_MEANWHILE)}}):
        runs[log["status"]] += 1
    return tally, dict(runs), {name: (before.get(name, 0.0), size) for name, size in after.items()}


async def _walk_all(
    url: str, wish: argparse.Namespace, people: dict[str, Any], ids: list[str], *, seconds: float, reading: bool = False
) -> Tally:
    tally = Tally()
    until = time.monotonic() + seconds
    users = [_walk(url, number, until, wish.think, people, ids, tally) for number in range(wish.users)]
    await asyncio.gather(*users, *([_keep_reading(until)] if reading else []))
    return tally


async def _keep_reading(until: float) -> None:
    while time.monotonic() < until:
        for slug in READ_MEANWHILE:
            await asyncio.to_thread(_enqueue, slug)
        await asyncio.sleep(0.5)


async def _walk(
    url: str, number: int, until: float, think: float, people: dict[str, Any], ids: list[str], tally: Tally
) -> None:
    """One user: three of five are people with a browser, the others programs."""
    chance = random.Random(number)
    is_person = number % 5 < 3
    ways = PAGES if is_person else CALLS
    identity: dict[str, Any] = (
        {"cookies": {"sessionid": people["session"]}, "headers": {"Accept": "text/html"}}
        if is_person
        else {"headers": {"Authorization": f"Bearer {people['token']}"}}
    )
    async with httpx.AsyncClient(base_url=url, timeout=60, **identity) as client:
        await asyncio.sleep(chance.uniform(0, think))
        while time.monotonic() < until:
            way = chance.choice(ways)
            began = time.perf_counter()
            try:
                fragment = {"HX-Request": "true"} if way.endswith("/status/") else {}
                answer = await client.get(way.format(t=READ_BEFORE, id=chance.choice(ids)), headers=fragment)
                if answer.status_code != 200:
                    tally.errors.append(f"{answer.status_code} {way}")
            except httpx.HTTPError as error:
                tally.errors.append(f"{type(error).__name__} {way}")
            tally.took[way].append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think)


# -- Looking -------------------------------------------------------------------------------


def _memory(pids: list[int]) -> dict[str, float]:
    """Megabytes of our processes and their children, by what they are."""
    found = {}
    web, worker = pids
    children = sorted(int(pid) for pid in Path(f"/proc/{web}/task/{web}/children").read_text().split())
    for name, pid in (("worker", worker), *((f"web {n}", pid) for n, pid in enumerate(children, 1))):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                found[name] = int(line.split()[1]) / 1024
    return found


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _server_times(log: Path) -> dict[str, list[float]]:
    """Milliseconds of every request by route, from the server's own log."""
    found: dict[str, list[float]] = defaultdict(list)
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if "duration_ms" in entry:
            found[entry["route"]].append(entry["duration_ms"])
    return found


def _report(
    wish: argparse.Namespace, tally: Tally, runs: dict[str, int], memory: dict[str, tuple[float, float]], log: Path
) -> None:
    print(
        f"{wish.users} users for {wish.seconds} s, {wish.tickets:,} tickets a tenant, two web processes, one worker\n"
    )
    print(f"{'as users see it':<48}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}")
    for way, took in sorted(tally.took.items(), key=lambda each: -_percentile(each[1], 0.95)):
        print(f"{way:<48}{len(took):>9}{_percentile(took, 0.5):>9.0f}{_percentile(took, 0.95):>9.0f}")
    everything = [each for took in tally.took.values() for each in took]
    print(f"{'all':<48}{len(everything):>9}{_percentile(everything, 0.5):>9.0f}{_percentile(everything, 0.95):>9.0f}")
    print(f"\n{'in the server, by route':<48}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}")
    for route, took in sorted(_server_times(log).items(), key=lambda each: -_percentile(each[1], 0.95)):
        print(f"{route:<48}{len(took):>9}{_percentile(took, 0.5):>9.0f}{_percentile(took, 0.95):>9.0f}")
    print(
        f"\n{tally.requests / wish.seconds:.1f} requests/s, {len(tally.errors)} errors; ingestion runs meanwhile: {runs}"
    )
    for name, (before, after) in memory.items():
        print(f"memory of {name}: {before:.0f} MB before, {after:.0f} MB after")
    for error in sorted(set(tally.errors))[:20]:
        print(f"error: {error} ({tally.errors.count(error)} times)")


def _report_sizes(directory: Path) -> None:
    """What a ticket takes: on disk, in indexes and in a backup."""
    from supportsaas.db import mongo
    from supportsaas.ops.backup import write_backup

    tickets = mongo.collection("tickets").estimated_document_count()
    began = time.monotonic()
    write_backup(directory / "backup")
    seconds = time.monotonic() - began
    mongo.client().admin.command("fsync")
    stats = mongo.database().command("dbStats")
    backup = sum(path.stat().st_size for path in (directory / "backup").iterdir())
    for name, size in (("on disk", stats["storageSize"]), ("in indexes", stats["indexSize"]), ("in a backup", backup)):
        print(f"{size / tickets / 1024:.2f} KB a ticket {name}, history and all")
    print(f"a backup of {tickets:,} tickets takes {seconds:.1f} s")


if __name__ == "__main__":
    main()
