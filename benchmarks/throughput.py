"""How many pages a second one process of the web server answers, and what each page costs it.

    python -m benchmarks.throughput [--tickets 30000] [--seconds 8] [--directory DIR]

Four connections ask one gunicorn worker for the same page again and again, each as soon as it has its answer. The
worker's CPU time a request says what a page costs even while other work disturbs the machine; requests a second do not.
With --directory what is built there is used again, so that two checkouts can be compared on the same tickets.
"""

import argparse
import http.client
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import million, web

CONNECTIONS = 4
GOALS = {"ticket list": 120, "ticket page": 150, "dashboard": 80, "overview, 51 tenants": 60}
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    requests_per_second: float
    cpu_ms: float
    """Of the worker, for one request."""
    commands: float
    """MongoDB commands for one request, also of other clients of this MongoDB."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=30_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--directory", help="keep what is built here, or use it again")
    wish = parser.parse_args()
    with million.running(tickets=wish.tickets, directory=wish.directory), web.running() as server:
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
        print(f"{'page':<24}{'requests/s':>12}{'goal':>6}{'CPU ms':>9}{'commands':>10}")
        for name, path in _pages().items():
            _measure(server, path, seconds=1.0)  # what a process does once does not count
            found = _measure(server, path, seconds=wish.seconds)
            print(
                f"{name:<24}{found.requests_per_second:>12.0f}{GOALS[name]:>6}{found.cpu_ms:>9.2f}"
                f"{found.commands:>10.1f}",
                flush=True,
            )


def _pages() -> dict[str, str]:
    from supportsaas.db import mongo

    ticket = mongo.collection("tickets").find_one({"tenant_id": million.LARGE, "is_deleted": False}, sort=[("_id", 1)])
    assert ticket is not None
    tenant = f"/t/{million.LARGE}"
    paths = (f"{tenant}/tickets/", f"{tenant}/tickets/{ticket['external_id']}/", f"{tenant}/", "/")
    return dict(zip(GOALS, paths, strict=True))


def _measure(server: web.Web, path: str, *, seconds: float) -> Measured:
    address, cookies = server.client.base_url, "; ".join(f"{n}={v}" for n, v in server.client.cookies.items())
    answers = [0] * CONNECTIONS
    began, cpu, commands = time.monotonic(), _cpu_seconds(server.worker), _commands()
    until = began + seconds

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection(address.host, address.port or 80, timeout=60)
        while time.monotonic() < until:
            connection.request("GET", path, headers={"Cookie": cookies, "Accept": "text/html"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            answers[number] += 1
        connection.close()

    askers = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    took, count = time.monotonic() - began, sum(answers)
    spent = (_cpu_seconds(server.worker) - cpu) * 1000
    return Measured(count / took, spent / count, (_commands() - commands) / count)


def _cpu_seconds(pid: int) -> float:
    """Of the process in user and system mode (see proc_pid_stat(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def _commands() -> int:
    from supportsaas.db import mongo

    operations = mongo.client().admin.command("serverStatus")["opcounters"]
    return int(operations["query"] + operations["command"] + operations["getmore"])


if __name__ == "__main__":
    main()
