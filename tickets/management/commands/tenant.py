"""`manage.py tenant`: manage tenants and their members from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from supportsaas.db.tenant_data import count_data
from supportsaas.formatting import format_number
from tenants.deletion import begin, find_deletion
from tenants.models import Membership, Role, Tenant, User
from tickets.erasure.tenants import erase_patiently

PATIENCE_SECONDS = 90.0
"""Time for a running sync to stop: longer than its lock lives without a heartbeat."""


class Command(BaseCommand):
    help = "Create, list and delete tenants, and manage their members."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="create | list | member | delete")
        create = steps.add_parser("create", help="create a tenant")
        create.add_argument("slug")
        create.add_argument("--name", required=True)
        create.add_argument("--timezone", default="UTC", help="IANA name (default UTC)")
        create.add_argument("--retention-days", type=int, help="days to keep tickets after they are created")
        steps.add_parser("list", help="list the tenants")
        member = steps.add_parser("member", help="set a user's role in a tenant, or remove the user")
        member.add_argument("slug")
        member.add_argument(
            "--user", required=True, help="an existing user (create one with manage.py createsuperuser)"
        )
        member.add_argument(
            "--role", choices=[*Role.values, "none"], default=Role.VIEWER.value, help="none removes the user"
        )

        delete = steps.add_parser("delete", help="permanently delete a tenant and all its data")
        delete.add_argument("slug")
        delete.add_argument("--yes", action="store_true", help="skip the confirmation")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['step']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        tenant = Tenant(
            slug=options["slug"],
            name=options["name"],
            timezone=options["timezone"],
            retention_days=options["retention_days"],
        )
        try:
            tenant.full_clean()
        except ValidationError as error:
            raise CommandError(_describe(error)) from None
        tenant.save()
        self.stdout.write(f"Created tenant {tenant.slug}. Next: manage.py source add {tenant.slug} --kind … --url …")

    def _list(self, options: dict[str, Any]) -> None:
        for tenant in Tenant.objects.order_by("slug"):
            state = "" if tenant.is_active else "  (inactive)"
            self.stdout.write(f"{tenant.slug}  {tenant.name}  {tenant.timezone}{state}")

    def _member(self, options: dict[str, Any]) -> None:
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        user = User.objects.filter(username=options["user"]).first()
        if tenant is None:
            raise CommandError(f"Tenant “{options['slug']}” does not exist.")
        if user is None:
            raise CommandError(f"User “{options['user']}” does not exist.")
        if options["role"] == "none":
            Membership.objects.filter(user=user, tenant=tenant).delete()
            self.stdout.write(f"Removed {user} from {tenant.slug}.")
            return
        Membership.objects.update_or_create(user=user, tenant=tenant, defaults={"role": options["role"]})
        self.stdout.write(f"Added {user} to {tenant.slug} as {options['role']}.")

    def _delete(self, options: dict[str, Any]) -> None:
        """Show what will be deleted, confirm, delete and erase. Continues a deletion that was started before."""
        slug = options["slug"]
        tenant = Tenant.objects.filter(slug=slug).first()
        is_begun = find_deletion(slug) is not None
        found = count_data(slug)
        if tenant is None and not is_begun and not found:
            raise CommandError(f"Tenant “{slug}” does not exist and has no data.")
        self.stdout.write(f"{tenant.name} ({slug})" if tenant else f"Data left by a deleted tenant “{slug}”")
        for what, number in found.items():
            self.stdout.write(f"  {number:>11,} {what}")
        if not is_begun and not options["yes"]:
            self._ask_for(slug)
        if tenant is not None:
            tenant.delete()
        elif not is_begun:
            begin(slug)
        deletion = find_deletion(slug)
        if deletion is None or erase_patiently(deletion, seconds=PATIENCE_SECONDS, report=self._report):
            self.stdout.write(f"Deleted {slug} and all its data. The id can be used again.")
        else:
            self.stdout.write(
                f"Deleted {slug}. Workers erase its data in the background, because a run is still ending or a worker "
                "has started already. The id can be used again once that is done."
            )

    def _ask_for(self, slug: str) -> None:
        self.stdout.write(f"This cannot be undone. Type {slug} to confirm:")
        try:
            typed = input()
        except EOFError:
            raise CommandError("No confirmation, so nothing was deleted. Use --yes to skip the confirmation.") from None
        if typed.strip() != slug:
            raise CommandError("The id does not match. Nothing was deleted.")

    def _report(self, erased: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{format_number(erased)} documents erased", ending="\r")


def _describe(error: ValidationError) -> str:
    return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
