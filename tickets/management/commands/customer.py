"""`manage.py customer erase`: permanently erase all data of one customer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tickets.erasure.customers import count_customer_data, erase_customer


class Command(BaseCommand):
    help = "Erase a customer: tickets, ticket history, rejected records and alert texts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="erase")
        erase = steps.add_parser("erase", help="permanently erase all data of a customer")
        erase.add_argument("tenant")
        erase.add_argument("customer", help="the customer's id, as shown on tickets")
        erase.add_argument("--yes", action="store_true", help="skip the confirmation")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"Tenant “{options['tenant']}” does not exist.")
        found = count_customer_data(tenant, options["customer"])
        for number, what in found.counted():
            self.stdout.write(f"  {number:>11,} {what}")
        if not options["yes"]:
            self._ask()
        try:
            erase_customer(tenant, options["customer"])
        except Rejected as error:
            raise CommandError(str(error)) from None
        self.stdout.write("Erased. Later syncs will not bring the tickets back.")

    def _ask(self) -> None:
        self.stdout.write("This cannot be undone. Type yes to confirm:")
        try:
            typed = input()
        except EOFError:
            raise CommandError("No confirmation, so nothing was erased. Use --yes to skip the confirmation.") from None
        if typed.strip().casefold() != "yes":
            raise CommandError("Nothing was erased.")
