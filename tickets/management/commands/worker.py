"""`manage.py worker`: run queued ingestion jobs and periodic tasks."""

import signal
import socket
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from supportsaas.db import mongo
from supportsaas.formatting import format_count
from tickets.ingestion.worker import Worker, find_workers


class Command(BaseCommand):
    help = "Run queued ingestion jobs until Ctrl-C or SIGTERM; running jobs stop after their current page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at the same time (default 4)")
        parser.add_argument(
            "--check",
            action="store_true",
            help="check whether a worker on this machine sent a recent heartbeat (exit status 1 if not)",
        )
        parser.add_argument("--once", action="store_true", help="run the jobs queued now, then exit")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["concurrency"] <= 32:
            self.stderr.write("error: --concurrency must be from 1 to 32.")
            raise SystemExit(2)
        if options["check"]:
            self._check()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker = Worker(concurrency=options["concurrency"], stop=stop)
        if options["once"]:
            self.stdout.write(f"{format_count(worker.run_pending(), 'job')} run.")
            return
        self.stdout.write(f"Worker {worker.name} is waiting for jobs.")
        worker.run()
        self.stdout.write("Worker stopped.")

    def _check(self) -> None:
        """For a container's health check."""
        try:
            mine = [name for name in find_workers() if name.startswith(f"{socket.gethostname()}:")]
        except mongo.UNAVAILABLE as error:
            self.stderr.write(f"error: The database is not reachable: {error}")
            raise SystemExit(1) from None
        if not mine:
            self.stderr.write("error: No worker on this machine sent a recent heartbeat.")
            raise SystemExit(1)
        self.stdout.write(f"Running: {', '.join(mine)}")
