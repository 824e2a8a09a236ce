"""manage.py verify_stats: checks the roll-ups of dashboards against the tickets, and repairs them."""

from argparse import ArgumentParser
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.dashboard.statistics import StatisticsStore
from analytics.figures import DashboardFigures
from supportsaas import clock
from tenants.models import Tenant
from tickets.records.buckets import buckets_of
from tickets.records.period import Period, day_start
from tickets.rollups.building import build, build_again
from tickets.store.filters import FilterError, parse_moment

USUAL_DAYS = 30


class Command(BaseCommand):
    help = (
        "Count a period from the tickets alone and compare it with what the dashboard shows. "
        "Exit status: 0 if they agree or were repaired, 1 if they differ, 2 for wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", action="append", metavar="SLUG", help="only this tenant; can be repeated")
        parser.add_argument("--from", dest="start", metavar="DATE", help=f"first day (default: {USUAL_DAYS} days ago)")
        parser.add_argument("--to", dest="end", metavar="DATE", help="last day (default: today)")
        parser.add_argument("--source", action="append", default=[], help="only this source; can be repeated")
        parser.add_argument(
            "--repair", action="store_true", help="rebuild the roll-ups of tenants whose numbers differ"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        tenants = Tenant.objects.all()
        if options["tenant"]:
            tenants = tenants.filter(slug__in=options["tenant"])
            if missing := set(options["tenant"]) - {each.slug for each in tenants}:
                raise CommandError(f"No tenant named “{sorted(missing)[0]}”.", returncode=2)
        differ = [each.slug for each in tenants if not self._verify(each, options)]
        if differ:
            raise CommandError(f"Roll-ups differ for {', '.join(differ)}. Repair them with --repair.", returncode=1)

    def _verify(self, tenant: Tenant, options: dict[str, Any]) -> bool:
        now = clock.now()
        period = _period(tenant, options["start"], options["end"], now)
        wrong = _differences(tenant, period, tuple(options["source"]), now)
        if wrong and options["repair"]:
            self.stdout.write(f"{tenant.slug}: {', '.join(wrong)} differed. Rebuilding the roll-ups.")
            build_again(tenant)
            if not build(tenant):
                raise CommandError(
                    f"{tenant.slug}: a worker is building the roll-ups. Try again in a minute.", returncode=1
                )
            wrong = _differences(tenant, period, tuple(options["source"]), now)
        if wrong:
            self.stdout.write(f"{tenant.slug}: {', '.join(wrong)} differ from the tickets.")
        else:
            self.stdout.write(f"{tenant.slug}: all numbers agree with the tickets.")
        return not wrong


def _differences(tenant: Tenant, period: Period, sources: tuple[str, ...], now: datetime) -> list[str]:
    """The figures that differ from the tickets.

    A ticket that arrives between the two counts makes a difference too, so differences are checked twice.
    """
    wrong: list[str] = []
    for _ in range(2):
        rolled_up, counted = (_count(tenant, period, sources, now, use_rollups=use) for use in (True, False))
        wrong = [
            each.name for each in fields(rolled_up) if getattr(rolled_up, each.name) != getattr(counted, each.name)
        ]
        if not wrong:
            break
    return wrong


def _count(
    tenant: Tenant, period: Period, sources: tuple[str, ...], now: datetime, *, use_rollups: bool
) -> DashboardFigures:
    store = StatisticsStore(tenant, use_rollups=use_rollups)
    comparison = period.comparison(now, tenant.zone)
    return store.dashboard(buckets_of(period, tenant.zone), comparison=comparison, sources=sources, now=now)


def _period(tenant: Tenant, start: str | None, end: str | None, now: datetime) -> Period:
    zone = tenant.zone
    today = now.astimezone(zone).date()
    try:
        first = (
            parse_moment("--from", start, zone=zone) if start else day_start(today - timedelta(USUAL_DAYS - 1), zone)
        )
        last = parse_moment("--to", end, zone=zone, end=True) if end else day_start(today + timedelta(1), zone)
    except FilterError as error:
        raise CommandError(str(error), returncode=2) from None
    if first >= last:
        raise CommandError("--from is after --to.", returncode=2)
    return Period(first, last)
