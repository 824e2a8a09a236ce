"""``manage.py demo_helpdesk``: the demo helpdesk on a port, until Ctrl-C or SIGTERM."""

import argparse
import errno
import signal
import threading
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tickets.demo.server import DemoHelpdesk
from tickets.demo.tickets import DEFAULT_SIZES, timestamp


class Command(BaseCommand):
    """Needs no database and no checks. Exit status: 0 when ended by a signal, 1 if the port cannot be had."""

    help = "Runs a simulated helpdesk with four tenants that speaks the house protocol."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
        parser.add_argument("--port", type=_port, default=9000, help="0 for any free one (default: 9000)")
        limit = parser.add_mutually_exclusive_group()
        limit.add_argument("--limit", type=_positive, default=60, help="requests a minute (default: 60)")
        limit.add_argument("--no-limit", action="store_true", help="answer any number of requests")
        parser.add_argument(
            "--anchor",
            type=_moment,
            help="moment before which the tickets lie and after which new ones come, ISO 8601, UTC if not "
            "said otherwise (default: today at 00:00 UTC); the same moment gives the same tickets",
        )
        parser.add_argument(
            "--tickets",
            type=_positive,
            metavar="N",
            help="fast mode for benchmarks: N unchanging tickets a tenant over 365 days, made when read",
        )
        parser.add_argument("--max-page-size", type=_positive, metavar="N", help="default: 100, fast 1000")
        parser.add_argument("--ignore-tenant", action="store_true", help="send all tickets to everybody")

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
        )
        try:
            helpdesk.start()
        except OSError as error:
            raise CommandError(_reason(options["host"], options["port"], error)) from None
        # Before the line is printed: who waits for it may send the signal right after.
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
            # A second signal must not interrupt the closing.
            for number in before:
                signal.signal(number, signal.SIG_IGN)
            helpdesk.stop()
            for number, handler in before.items():
                signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program; choose another one with --port."
    return f"Cannot listen on {host}, port {port}: {error.strerror or error}."


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 is required")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a moment like 2026-01-31T09:30:00Z is required") from None
    if not 1970 <= moment.year <= 9000:
        raise argparse.ArgumentTypeError("the year must be from 1970 to 9000")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
