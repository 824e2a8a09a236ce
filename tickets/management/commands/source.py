"""`manage.py source`: connect a tenant's helpdesk and schedule its syncs from the command line."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.models import Tenant
from tickets.helpdesks import SourceError, presets
from tickets.helpdesks.model import KIND_LABELS, AuthKind, Source, SourceKind
from tickets.helpdesks.options import rest_options
from tickets.ingestion import name_spaces
from tickets.ingestion.checking import check_source
from tickets.ingestion.connecting import remove_source, save_source
from tickets.ingestion.wording import describe_interval
from tickets.management.kind_argument import add_kind_argument
from tickets.management.secret_argument import WHERE, read_secret
from tickets.records.origin import Origin

LONGEST_INTERVAL = 10_080  # minutes: one week, as in the model


class Command(BaseCommand):
    help = "Connect helpdesks, check the connection, and schedule syncs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="add | check | schedule | list | remove")
        add = steps.add_parser("add", help="connect a tenant's helpdesk")
        add.add_argument("tenant")
        add_kind_argument(add, KIND_LABELS)
        add.add_argument("--url", default="", help="the helpdesk's base URL (default: that of the kind)")
        add.add_argument(
            "--auth", choices=AuthKind.values, default="", help="how to authenticate (default: as the kind needs it)"
        )
        add.add_argument(
            "--auth-name", default="", help="the header, the query parameter, or the user name for Basic authentication"
        )
        add.add_argument(
            "--secret-from",
            default="",
            metavar="WHERE",
            help=f"where to read the key or password: {WHERE}",
        )
        add.add_argument("--page-size", type=int, help="tickets per request (default 100, or what the kind allows)")
        add.add_argument(
            "--option",
            action="append",
            default=[],
            metavar="K=V",
            help="a connector setting; dots nest (fields.id=id), V may be JSON; may be repeated",
        )
        add.add_argument(
            "--every",
            metavar="MINUTES",
            help="sync interval, 1 to 10080 minutes, or off (default off; --replace keeps the current one)",
        )
        add.add_argument("--replace", action="store_true", help="replace the tenant's current source")
        add.add_argument(
            "--name", default="", help="the connection's name; ticket ids of an additional connection become NAME:ID"
        )
        identity = add.add_mutually_exclusive_group()
        identity.add_argument(
            "--same-helpdesk",
            action="store_true",
            help="the same helpdesk at a new URL or through another connector: its tickets keep syncing",
        )
        identity.add_argument(
            "--another-helpdesk",
            action="store_true",
            help="a different helpdesk (the default if host or kind changes): existing tickets are kept but no longer "
            "synced, and never mixed with the new ones",
        )
        for name, text in (
            ("check", "connect, map the first page and show the result"),
            ("remove", "disconnect; existing tickets are kept"),
        ):
            steps.add_parser(name, help=text).add_argument("tenant")
        schedule = steps.add_parser("schedule", help="set the sync interval")
        schedule.add_argument("tenant")
        schedule.add_argument("--every", metavar="MINUTES", required=True, help="1 to 10080 minutes, or off")
        steps.add_parser("list", help="list the sources")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['step']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        tenant = self._tenant(options)
        source = Source.objects.filter(tenant=tenant).first()
        if source is not None and not options["replace"]:
            raise CommandError(f"{tenant.slug} already has a source ({source}). Use --replace to replace it.")
        source = source or Source(tenant=tenant)
        source.kind, source.options = options["kind"], parse_options(options["option"])
        defaults = _defaults_of(source)
        source.url, source.auth = options["url"] or defaults.url, options["auth"] or defaults.auth
        source.auth_name = options["auth_name"] or ("" if options["auth"] else defaults.auth_name)
        source.page_size = options["page_size"] or defaults.page_size
        if not source.url:
            raise CommandError(f"--url is missing: the address of your {KIND_LABELS[source.kind]}.")
        if options["every"] is not None:
            source.every_minutes = _read_every(options["every"])
        if source.auth != AuthKind.NONE:
            source.set_secret(read_secret(options["secret_from"]))
        try:
            former = name_spaces.choose_name(source, is_same=options["same_helpdesk"], name=options["name"])
        except name_spaces.NameTaken as error:
            raise CommandError(str(error)) from None
        origin = self._save(source, is_read_differently=True)
        self.stdout.write(f"Connected {tenant.slug} to {source}. Next: manage.py source check {tenant.slug}")
        if source.kind != SourceKind.NATIVE:
            self.stdout.write(rest_options(source.kind, source.options).about_absent)
        for sentence in name_spaces.explain_change(
            tenant, origin, former=former, remedy=f"add it again with --replace --same-helpdesk --name {former}"
        ):
            self.stdout.write(sentence)
        if source.every_minutes is None:
            self.stdout.write(
                f"No schedule yet. To sync every 15 minutes: manage.py source schedule {tenant.slug} --every 15"
            )

    def _check(self, options: dict[str, Any]) -> None:
        try:
            checked = check_source(self._source(options))
        except SourceError as error:
            raise CommandError(str(error)) from None
        if not checked.is_usable:
            raise CommandError(str(checked))
        for sentence in (checked.sentence, *checked.problems):
            self.stdout.write(sentence)

    def _schedule(self, options: dict[str, Any]) -> None:
        source = self._source(options)
        source.every_minutes = _read_every(options["every"])
        self._save(source)
        self.stdout.write(f"{source.tenant.slug} {_how_often(source)}.")

    def _save(self, source: Source, *, is_read_differently: bool = False) -> Origin:
        try:
            source.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from None
        return save_source(source, is_read_differently=is_read_differently)

    def _remove(self, options: dict[str, Any]) -> None:
        remove_source(self._source(options))
        self.stdout.write(f"Disconnected the source of {options['tenant']}. Existing tickets are kept.")

    def _list(self, options: dict[str, Any]) -> None:
        for source in Source.objects.select_related("tenant"):
            how_often = _how_often(source) if source.enabled else "disabled"
            name = f"{source.name}: " if source.name else ""
            self.stdout.write(f"{source.tenant.slug}  {name}{source}  ({how_often})")

    def _tenant(self, options: dict[str, Any]) -> Tenant:
        tenant: Tenant | None = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(
                f"Tenant “{options['tenant']}” does not exist. Create it with: manage.py tenant create …"
            )
        return tenant

    def _source(self, options: dict[str, Any]) -> Source:
        found = Source.objects.filter(tenant=self._tenant(options)).select_related("tenant")
        source: Source | None = found.first()
        if source is None:
            raise CommandError(f"{options['tenant']} has no source. Connect one with: manage.py source add …")
        return source


def _defaults_of(source: Source) -> presets.Defaults:
    try:
        return presets.defaults_of(source.kind, source.options)
    except ValueError as error:
        name = str(error).partition(":")[0]
        raise CommandError(f"{error} Use --option {name}=…") from None


def parse_options(pairs: list[str]) -> dict[str, Any]:
    """Nested settings from `K=V` pairs. A value that starts with { or [ is parsed as JSON."""
    result: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise CommandError(f"--option takes K=V, not {pair!r}.")
        try:
            value = json.loads(text) if text[:1] in ("{", "[") else text
        except ValueError:
            raise CommandError(f"--option {key}: this is not valid JSON: {text!r}") from None
        place = result
        *outer, last = key.split(".")
        for step in outer:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise CommandError(f"--option {key}: “{step}” already has a value.")
        place[last] = value
    return result


def _read_every(text: str) -> int | None:
    """The minutes between two syncs; None for `off`."""
    if text == "off":
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST_INTERVAL):
        raise CommandError(f"--every takes 1 to {LONGEST_INTERVAL} minutes, or off, not {text!r}.")
    return int(text)


def _how_often(source: Source) -> str:
    if source.every_minutes is None:
        return "syncs only when someone starts it"
    return f"syncs {describe_interval(timedelta(minutes=source.every_minutes))}"
