"""`manage.py tenant`: tenants and their members without a browser."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.models import Membership, Role, Tenant, User


class Command(BaseCommand):
    help = "Create and list tenants, and give people a role in them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="create | list | member")
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


def _in_words(error: ValidationError) -> str:
    return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
