"""`manage.py tenant`: tenants and their members without a browser."""

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
"""For a run that is told to end: longer than its lock lives without a sign of life."""


class Command(BaseCommand):
    help = "Create, list and delete tenants, and give people a role in them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="create | list | member | delete")
        create = steps.add_parser("create", help="make a tenant")
        create.add_argument("slug")
        create.add_argument("--name", required=True)
        create.add_argument("--timezone", default="UTC", help="IANA name (default UTC)")
        create.add_argument("--retention-days", type=int, help="erase tickets so many days after their creation")
        steps.add_parser("list", help="list the tenants")
        member = steps.add_parser("member", help="give a user a role in a tenant, or take it")
        member.add_argument("slug")
        member.add_argument("--user", required=True, help="an existing user (manage.py createsuperuser makes one)")
        member.add_argument("--role", choices=[*Role.values, "none"], default=Role.VIEWER.value)

        delete = steps.add_parser("delete", help="delete a tenant and erase all of its data, for good")
        delete.add_argument("slug")
        delete.add_argument("--yes", action="store_true", help="do not ask; for scripts")

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
            raise CommandError(_in_words(error)) from None
        tenant.save()
        self.stdout.write(f"Tenant {tenant.slug} is there. Next: manage.py source add {tenant.slug} --kind … --url …")

    def _list(self, options: dict[str, Any]) -> None:
        for tenant in Tenant.objects.order_by("slug"):
            state = "" if tenant.is_active else "  (inactive)"
            self.stdout.write(f"{tenant.slug}  {tenant.name}  {tenant.timezone}{state}")

    def _member(self, options: dict[str, Any]) -> None:
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        user = User.objects.filter(username=options["user"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['slug']}”.")
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”.")
        if options["role"] == "none":
            Membership.objects.filter(user=user, tenant=tenant).delete()
            self.stdout.write(f"{user} is not in {tenant.slug}.")
            return
        Membership.objects.update_or_create(user=user, tenant=tenant, defaults={"role": options["role"]})
        self.stdout.write(f"{user} is {options['role']} in {tenant.slug}.")

    def _delete(self, options: dict[str, Any]) -> None:
        """Show what will go, ask for the id, delete, erase. Where it was begun before, it goes on."""
        slug = options["slug"]
        tenant = Tenant.objects.filter(slug=slug).first()
        is_begun = find_deletion(slug) is not None
        found = count_data(slug)
        if tenant is None and not is_begun and not found:
            raise CommandError(f"There is no tenant “{slug}”, and no data of one.")
        self.stdout.write(f"{tenant.name} ({slug})" if tenant else f"What an earlier tenant “{slug}” has left")
        for what, number in found.items():
            self.stdout.write(f"  {number:>11,} {what}")
        if not is_begun and not options["yes"]:
            self._ask_for(slug)
        if tenant is not None:
            tenant.delete()
        elif not is_begun:
            begin(slug)
        deletion = find_deletion(slug)
        if deletion is None or erase_patiently(deletion, seconds=PATIENCE_SECONDS, tell=self._tell):
            self.stdout.write(f"{slug} is deleted and all of its data erased. The id may be used again.")
        else:
            self.stdout.write(
                f"{slug} is deleted; nobody sees it any more. A run of it is still ending or a worker is at it already: "
                "the workers erase its data. The id cannot be used again before that is done."
            )

    def _ask_for(self, slug: str) -> None:
        self.stdout.write(f"All of it is erased for good. Type {slug} to go on:")
        try:
            typed = input()
        except EOFError:
            raise CommandError("Nobody answered, so nothing was deleted. --yes deletes without asking.") from None
        if typed.strip() != slug:
            raise CommandError("That is not its id. Nothing was deleted.")

    def _tell(self, erased: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{format_number(erased)} documents erased", ending="\r")


def _in_words(error: ValidationError) -> str:
    return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
