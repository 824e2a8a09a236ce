"""`manage.py token`: create, list and revoke API tokens."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from supportsaas import clock
from supportsaas.clock import iso_z
from supportsaas.formatting import format_day
from tenants.api.tokens import LONGEST_DAYS, USUAL_DAYS, Scope, revoke_token
from tenants.models import ApiToken, Role, Tenant, User


class Command(BaseCommand):
    help = "Create and revoke tokens for the JSON API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="create | list | revoke")
        create = steps.add_parser("create", help="create a token and print it once")
        create.add_argument("--user", required=True, help="user name of the user on whose behalf it acts")
        create.add_argument("--tenant", help="only this tenant (default: all tenants of the user)")
        create.add_argument(
            "--role",
            choices=Role.values,
            default=Role.VIEWER.value,
            help="viewer: can read (default); manager and admin: can also run and cancel ingestion",
        )
        create.add_argument("--name", default="", help="name of the token")
        lifetime = create.add_mutually_exclusive_group()
        lifetime.add_argument(
            "--days", type=int, default=USUAL_DAYS, help=f"days until it expires (default {USUAL_DAYS})"
        )
        lifetime.add_argument("--never-expires", action="store_true", help="valid until it is revoked")
        create.add_argument(
            "--limit", type=int, help="requests per minute (default API_REQUESTS_PER_MINUTE; 0: no limit)"
        )
        steps.add_parser("list", help="list the tokens")
        revoke = steps.add_parser("revoke", help="revoke a token")
        revoke.add_argument("id", help="id of the token, as printed by list")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['step']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"User “{options['user']}” does not exist.")
        tenant = None
        if options["tenant"]:
            tenant = Tenant.objects.filter(slug=options["tenant"]).first()
            if tenant is None:
                raise CommandError(f"Tenant “{options['tenant']}” does not exist.")
        if not 1 <= options["days"] <= LONGEST_DAYS:
            raise CommandError(f"--days must be from 1 to {LONGEST_DAYS}.")
        if options["limit"] is not None and not 0 <= options["limit"] <= 60_000:
            raise CommandError("--limit must be from 0 to 60000.")
        expires_at = None if options["never_expires"] else clock.now() + timedelta(days=options["days"])
        _, text = ApiToken.issue(
            name=options["name"] or f"token of {user.username}",
            user=user,
            tenant=tenant,
            role=Role(options["role"]),
            expires_at=expires_at,
            limit=options["limit"],
        )
        self.stdout.write(text)
        ends = f"It expires on {format_day(expires_at)}." if expires_at else "It never expires."
        self.stderr.write(f"This is the only time the token is shown. {ends}")

    def _list(self, options: dict[str, Any]) -> None:
        for token in ApiToken.objects.select_related("user", "tenant").order_by("created_at"):
            scope = token.tenant.slug if token.tenant else "all tenants"
            usable = "usable" if token.is_usable(clock.now()) else "not usable"
            may = Scope.of(Role(token.role)).value
            ends = f"until {iso_z(token.expires_at)}" if token.expires_at else "never expires"
            used = f"last used {iso_z(token.last_used_at)}" if token.last_used_at else "never used"
            self.stdout.write(f"{token.pk}  {token.name}  {token.user}  {scope}  {may}  {usable}  {ends}  {used}")

    def _revoke(self, options: dict[str, Any]) -> None:
        try:
            token = ApiToken.objects.filter(pk=options["id"]).first()
        except ValidationError:
            token = None  # not a valid id
        if token is None:
            raise CommandError("That token does not exist. List the tokens with: manage.py token list")
        revoke_token(token)
        self.stdout.write(f"Revoked {token.name}.")
