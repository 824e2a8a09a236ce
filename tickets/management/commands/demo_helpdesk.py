"""`manage.py demo_helpdesk`: run the demo helpdesk until Ctrl-C or SIGTERM."""

import argparse
import errno
import signal
import threading
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tickets.demo.server import DemoHelpdesk
from tickets.demo.tickets import DEFAULT_SIZES
from tickets.demo.timelines import timestamp


class Command(BaseCommand):
    """Needs no database. Exit status: 0 when stopped by a signal, 1 if the port is not available."""

    help = "Run a simulated helpdesk with four tenants, over the native protocol."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
        parser.add_argument("--port", type=_port, default=9000, help="0 picks a free port (default: 9000)")
        limit = parser.add_mutually_exclusive_group()
        limit.add_argument("--limit", type=_positive, default=60, help="requests a minute (default: 60)")
        limit.add_argument("--no-limit", action="store_true", help="do not limit requests")
        parser.add_argument(
            "--anchor",
            type=_moment,
            help="existing tickets are older than this time, new ones arrive after it; ISO 8601, UTC by default "
            "(default: today at 00:00 UTC). The same time gives the same tickets",
        )
        parser.add_argument(
            "--tickets",
            type=_positive,
            metavar="N",
            help="fast mode for benchmarks: N unchanging tickets per tenant over 365 days, generated on request",
        )
        parser.add_argument("--max-page-size", type=_positive, metavar="N", help="default: 100, or 1000 in fast mode")
        parser.add_argument(
            "--events", action="store_true", help="incidents and urgent tickets that wait, around the time of --anchor"
        )
        parser.add_argument(
            "--ignore-tenant", action="store_true", help="return the tickets of all tenants to everyone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tickets: int | None = options["tickets"]
        helpdesk = DemoHelpdesk(
            host=options["host"],
            port=options["port"],
            anchor=options["anchor"],
            sizes=None if tickets is None else dict.fromkeys(DEFAULT_SIZES, tickets),
            rate_limit=None if options["no_limit"] else options["limit"],
            ignore_tenant=options["ignore_tenant"],
            fast=tickets is not None,
            max_page_size=options["max_page_size"],
            with_events=options["events"],
        )
        try:
            helpdesk.start()
        except OSError as error:
            raise CommandError(_reason(options["host"], options["port"], error)) from None
        # Before printing: a process that waits for the line may send the signal right away.
        before = {number: signal.signal(number, _end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            tenants = ", ".join(DEFAULT_SIZES)
            anchor = timestamp(helpdesk.anchor)
            self.stdout.write(f"Demo helpdesk at {helpdesk.url} ({tenants}; anchor {anchor})")
            self.stdout.flush()
            threading.Event().wait()
        except KeyboardInterrupt:
            return
        finally:
            # A second signal must not interrupt the shutdown.
            for number in before:
                signal.signal(number, signal.SIG_IGN)
            helpdesk.stop()
            for number, handler in before.items():
                signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is already in use. Choose another one with --port."
    return f"Cannot listen on {host}, port {port}: {error.strerror or error}."


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be a port from 0 to 65535")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a positive integer")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a time such as 2026-01-31T09:30:00Z") from None
    if not 1970 <= moment.year <= 9000:
        raise argparse.ArgumentTypeError("the year must be from 1970 to 9000")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
