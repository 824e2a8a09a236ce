"""`manage.py token`: keys for programs."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from supportsaas import clock
from tenants.models import ApiToken, Role, Tenant, User


class Command(BaseCommand):
    help = "Create and revoke tokens for the JSON API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="create | list | revoke")
        create = steps.add_parser("create", help="make a token; it is printed once")
        create.add_argument("--user", required=True, help="on whose behalf it acts")
        create.add_argument("--tenant", help="only this tenant (default: all of the user's)")
        create.add_argument(
            "--role", choices=Role.values, default=Role.VIEWER.value, help="at most this role (default viewer)"
        )
        create.add_argument("--name", default="", help="what it is for")
        create.add_argument("--days", type=int, help="expires after so many days (default: never)")
        steps.add_parser("list", help="list the tokens")
        revoke = steps.add_parser("revoke", help="end a token")
        revoke.add_argument("id")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['step']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”.")
        tenant = None
        if options["tenant"]:
            tenant = Tenant.objects.filter(slug=options["tenant"]).first()
            if tenant is None:
                raise CommandError(f"There is no tenant “{options['tenant']}”.")
        if options["days"] is not None and not 1 <= options["days"] <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        expires_at = clock.now() + timedelta(days=options["days"]) if options["days"] else None
        name = options["name"] or f"made for {user.username}"
        _, text = ApiToken.issue(name=name, user=user, tenant=tenant, role=Role(options["role"]), expires_at=expires_at)
        self.stdout.write(text)
        self.stderr.write("This is the only time the token is shown.")

    def _list(self, options: dict[str, Any]) -> None:
        for token in ApiToken.objects.select_related("user", "tenant").order_by("created_at"):
            scope = token.tenant.slug if token.tenant else "all tenants"
            usable = "usable" if token.is_usable(clock.now()) else "ended"
            self.stdout.write(f"{token.pk}  {token.name}  {token.user}  {scope}  {token.role}  {usable}")

    def _revoke(self, options: dict[str, Any]) -> None:
        try:
            token = ApiToken.objects.filter(pk=options["id"]).first()
        except ValidationError:
            token = None  # not even the form of an id
        if token is None:
            raise CommandError("There is no such token; manage.py token list shows the ids.")
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        self.stdout.write(f"{token.name} is revoked.")
