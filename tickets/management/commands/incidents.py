"""``manage.py incidents TENANT --from DAY --to DAY`` replays the past and prints the incidents it would have found.

With ``--save`` they are on the tenant's pages from then on.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from supportsaas import clock
from supportsaas.formatting import format_number
from tenants.models import Tenant
from tickets.incidents.following import Followed
from tickets.incidents.past import replay_tenant
from tickets.incidents.remembering import remember_past
from tickets.store.filters import FilterError, parse_moment


class Command(BaseCommand):
    help = "Show which incidents would have been found in a past period, with their numbers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", help="Tenant ID.")
        parser.add_argument("--from", dest="start", required=True, help="First day, such as 2026-01-31, or a time.")
        parser.add_argument("--to", dest="end", help="Last day or end. Default: now.")
        parser.add_argument(
            "--save", action="store_true", help="Store those that are over and not known yet. Default: store nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['tenant']}”.")
        now = clock.now()
        try:
            start = parse_moment("from", options["start"], zone=tenant.zone)
            end = parse_moment("to", options["end"], zone=tenant.zone, end=True) if options["end"] else now
        except FilterError as error:
            raise CommandError(str(error)) from None
        if start >= end:
            raise CommandError("--from must be before --to.")
        count = 0
        for each in replay_tenant(tenant, start=start, end=min(end, now)):
            count += 1
            self.stdout.write(self._line(tenant, each))
        self.stdout.write(f"{count} incident{'' if count == 1 else 's'} between {start:%Y-%m-%d} and {end:%Y-%m-%d}.")
        if options["save"]:
            saved = remember_past(tenant, start=start, end=min(end, now))
            self.stdout.write(f"{saved} of them {'was' if saved == 1 else 'were'} stored.")

    @staticmethod
    def _line(tenant: Tenant, found: Followed) -> str:
        first, last, at = (each.astimezone(tenant.zone) for each in (found.first_at, found.last_at, found.found_at))
        peak = found.peak
        hours = "1 hour" if peak.hours == 1 else f"{peak.hours} hours"
        return (
            f"{first:%Y-%m-%d %H:%M} to {last:%H:%M}, found at {at:%H:%M}: “{'”, “'.join(found.names)}”, "
            f"{format_number(len(found.tickets))} tickets of {format_number(len(found.customers))} customers; "
            f"{peak.assessment.observed} customers within {hours}, usually {peak.assessment.usual:.1f}, "
            f"unusual from {peak.assessment.limit}"
        )
