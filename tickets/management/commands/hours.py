"""`manage.py hours`: show and set a tenant's business hours."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from supportsaas import clock
from tenants.models import Tenant
from tickets.recount.opening_hours import save_opening_hours
from tickets.service_levels.model import OpeningHours, find_opening_hours
from tickets.service_levels.own_days import OwnDayError, format_own_days, parse_own_days
from tickets.service_levels.summary import MOST_SHOWN, next_closed_days, summarize


class Command(BaseCommand):
    help = "Show a tenant's business hours, and set them. What is not named stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="the tenant's id")
        parser.add_argument("--week", help="for example “Mon-Fri 09:00-17:00; Sat 10:00-14:00”; other days are closed")
        parser.add_argument("--zone", help="IANA name; an empty one is the tenant's time zone")
        parser.add_argument("--country", help="public holidays of this country, for example DE; empty for none")
        parser.add_argument("--region", help="and of this region, for example BE")
        parser.add_argument(
            "--holiday", action="append", default=[], metavar="DATE=NAME", help="a day without business hours"
        )
        parser.add_argument(
            "--working-day", action="append", default=[], metavar="DATE=NAME", help="a holiday with business hours"
        )
        parser.add_argument(
            "--drop-day", action="append", default=[], metavar="DATE", help="remove a day that was added before"
        )
        parser.add_argument("--remove", action="store_true", help="remove the business hours")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"Tenant “{options['tenant']}” does not exist.")
        if options["remove"]:
            save_opening_hours(tenant, None)
        elif any(options[name] not in (None, []) for name in _SETTINGS):
            self._save(tenant, options)
        self._show(tenant)

    def _save(self, tenant: Tenant, options: dict[str, Any]) -> None:
        hours = find_opening_hours(tenant) or OpeningHours(tenant=tenant)
        for option, field in (("week", "week"), ("zone", "timezone"), ("country", "country"), ("region", "region")):
            if options[option] is not None:
                setattr(hours, field, options[option].strip())
        if options["country"] is not None and options["region"] is None:
            hours.region = ""
        try:
            dropped = [*options["drop_day"], *options["holiday"], *options["working_day"]]
            hours.closed_days = _changed(hours.closed_days, dropped=dropped, added=options["holiday"])
            hours.worked_days = _changed(hours.worked_days, dropped=dropped, added=options["working_day"])
            hours.validate()
        except OwnDayError as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            sentences = (f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
            raise CommandError("; ".join(sentences)) from None
        save_opening_hours(tenant, hours)

    def _show(self, tenant: Tenant) -> None:
        hours = find_opening_hours(tenant)
        if hours is None:
            self.stdout.write(f"{tenant.slug}: no business hours, so only calendar time counts.")
            return
        self.stdout.write(f"{tenant.slug}: {hours.week} ({hours.zone.key})")
        now = clock.now()
        self.stdout.write(f"{tenant.slug}: {summarize(hours, now)}")
        for closed, _ in zip(next_closed_days(hours, now), range(MOST_SHOWN), strict=False):
            self.stdout.write(f"  {closed}")


_SETTINGS = ("week", "zone", "country", "region", "holiday", "working_day", "drop_day")


def _changed(stored: list[str], *, dropped: Iterable[str], added: Iterable[str]) -> list[str]:
    days = parse_own_days(stored)
    for day in parse_own_days(dropped):
        days.pop(day, None)
    return format_own_days(days | parse_own_days(added))
