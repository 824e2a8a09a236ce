"""`manage.py worker`: runs the jobs that pages, the API and the admin put into the queue."""

import signal
import socket
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from supportsaas.db import mongo
from tickets.ingestion.worker import Worker, find_workers


class Command(BaseCommand):
    help = "Run queued ingestion jobs until stopped (Ctrl-C or SIGTERM ends at the next safe place)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="jobs side by side (default 4)")
        parser.add_argument(
            "--check",
            action="store_true",
            help="only say whether a worker of this machine gave a sign of life lately (exit status 1 if not)",
        )
        parser.add_argument("--once", action="store_true", help="run what is queued now, then end")

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
            self.stdout.write(f"{worker.run_pending()} jobs run.")
            return
        self.stdout.write(f"Worker {worker.name} is waiting for jobs.")
        worker.run()
        self.stdout.write("Worker ended.")

    def _check(self) -> None:
        """For a container's health check."""
        try:
            mine = [name for name in find_workers() if name.startswith(f"{socket.gethostname()}:")]
        except mongo.UNAVAILABLE as error:
            self.stderr.write(f"error: The database is not reachable: {error}")
            raise SystemExit(1) from None
        if not mine:
            self.stderr.write("error: No worker of this machine gave a sign of life lately.")
            raise SystemExit(1)
        self.stdout.write(f"At work: {', '.join(mine)}")
