"""`manage.py target`: show, add and remove a tenant's targets."""

import re
from argparse import ArgumentParser
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tickets.clocks.settings import CONDITION_FIELDS, TARGET_CLOCKS
from tickets.recount.targets import delete_target, save_target
from tickets.service_levels.targets import ServiceTarget, find_targets

_WITHIN: Final = re.compile(r"\s*(\d{1,6})\s*(business\s+)?(minute|hour|day)s?\s*", re.IGNORECASE)


class Command(BaseCommand):
    help = "Show a tenant's targets, in the order in which they count, add one and remove one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="list | add | remove")
        shown = steps.add_parser("list", help="list the targets")
        shown.add_argument("tenant", help="the tenant's id")
        add = steps.add_parser("add", help="add a target at the end of the list")
        add.add_argument("tenant", help="the tenant's id")
        add.add_argument("--name", required=True)
        add.add_argument("--clock", required=True, choices=TARGET_CLOCKS)
        add.add_argument("--within", required=True, help="for example “4 hours” or “2 business days”")
        add.add_argument("--pauses", action="store_true", help="a resolution pauses while it waits for the customer")
        for name in CONDITION_FIELDS:
            option = f"--{name.removesuffix('s') if name == 'tags' else name}"
            add.add_argument(option, dest=name, action="append", default=[], help="may be repeated")
        remove = steps.add_parser("remove", help="remove a target")
        remove.add_argument("tenant", help="the tenant's id")
        remove.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"Tenant “{options['tenant']}” does not exist.")
        if options["step"] == "add":
            self._add(tenant, options)
        elif options["step"] == "remove":
            self._remove(tenant, options["name"])
        self._show(tenant)

    def _add(self, tenant: Tenant, options: dict[str, Any]) -> None:
        within = _WITHIN.fullmatch(options["within"])
        if within is None:
            raise CommandError("--within: for example “30 minutes”, “4 business hours” or “2 days”.")
        length, business, unit = within.groups()
        target = ServiceTarget(
            tenant=tenant,
            name=options["name"],
            clock=options["clock"],
            length=int(length),
            unit=f"{unit.lower()}s",
            in_business_hours=bool(business),
            pauses=options["pauses"],
            conditions={name: options[name] for name in CONDITION_FIELDS},
        )
        try:
            target.full_clean()
            save_target(target)
        except ValidationError as error:
            sentences = (f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
            raise CommandError("; ".join(sentences)) from None
        except Rejected as error:
            raise CommandError(str(error)) from None

    def _remove(self, tenant: Tenant, name: str) -> None:
        named = [each for each in find_targets(tenant) if each.name == name]
        if not named:
            raise CommandError(f"{tenant.slug} has no target “{name}”.")
        for each in named:
            delete_target(each)

    def _show(self, tenant: Tenant) -> None:
        targets = find_targets(tenant)
        if not targets:
            self.stdout.write(f"{tenant.slug}: no targets.")
        for number, each in enumerate(targets, 1):
            pauses = ", paused while it waits for the customer" if each.pauses else ""
            state = "" if each.enabled else " (off)"
            what = f"{each.get_clock_display()} within {each.within}{pauses}, for {each.applies_to or 'all tickets'}"
            self.stdout.write(f"{number}. {each.name}{state}: {what}")
