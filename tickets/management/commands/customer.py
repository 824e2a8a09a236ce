"""`manage.py customer erase`: everything of one customer of a tenant, for good."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.rejected import Rejected
from tenants.models import Tenant
from tickets.erasure.customers import erase_customer, find_what_goes


class Command(BaseCommand):
    help = "Erase one customer: tickets, their history, rejected records and the texts of alerts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="erase")
        erase = steps.add_parser("erase", help="erase everything of one customer, for good")
        erase.add_argument("tenant")
        erase.add_argument("customer", help="the customer's id, as tickets name it")
        erase.add_argument("--yes", action="store_true", help="do not ask; for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['tenant']}”.")
        found = find_what_goes(tenant, options["customer"])
        for number, what in found.counted():
            self.stdout.write(f"  {number:>11,} {what}")
        if not options["yes"]:
            self._ask()
        try:
            erase_customer(tenant, options["customer"])
        except Rejected as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write("Erased. The tickets do not come back when the helpdesk is read again.")

    def _ask(self) -> None:
        self.stdout.write("All of it is erased for good. Type yes to go on:")
        try:
            typed = input()
        except EOFError:
            raise CommandError("Nobody answered, so nothing was erased. --yes erases without asking.") from None
        if typed.strip().casefold() != "yes":
            raise CommandError("Nothing was erased.")
