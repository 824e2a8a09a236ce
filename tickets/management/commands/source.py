"""`manage.py source`: connect a tenant's helpdesk and schedule its syncs from the command line."""

import json
import re
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from supportsaas.formatting import format_count
from tenants.models import Tenant
from tickets.helpdesks import SourceError, presets
from tickets.helpdesks.model import KIND_LABELS, AuthKind, Source, SourceKind
from tickets.helpdesks.options import rest_options
from tickets.ingestion import name_spaces
from tickets.ingestion.checking import check_source
from tickets.ingestion.connecting import (
    UnknownConnection,
    find_connection,
    find_named,
    remove_source,
    save_source,
)
from tickets.ingestion.name_spaces import count_tickets_of
from tickets.ingestion.preview_records import LIMIT
from tickets.ingestion.wording import describe_interval
from tickets.management import preview_step
from tickets.management.kind_argument import add_kind_argument
from tickets.management.secret_argument import WHERE, read_secret
from tickets.records.origin import Origin

ONLY_ONE = ""
"""The value of --replace without a name."""
_INTERVAL = re.compile(r"([0-9]{1,5})([mhd]?)")
_MINUTES_OF = {"": 1, "m": 1, "h": 60, "d": 1440}
LONGEST_INTERVAL = 10_080  # minutes: one week, as in the model


class Command(BaseCommand):
    help = "Connect helpdesks, check the connection, and schedule syncs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(
            dest="step", required=True, metavar="add | check | preview | schedule | switch | list | remove"
        )
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
            "--schedule",
            metavar="INTERVAL",
            help="sync interval: 15 or 15m, 2h, 1d, at most a week, or off (default off; --replace keeps the current one)",
        )
        add.add_argument(
            "--dry-run", action="store_true", help="show tickets as they would be stored; no connection is stored"
        )
        add.add_argument(
            "--replace",
            nargs="?",
            const=ONLY_ONE,
            metavar="CONNECTION",
            help="change this connection instead of adding one; the name may be left out if there is only one",
        )
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
        step_of = {}
        for name, text in (
            ("check", "connect, map the first page and show the result; all connections if none is named"),
            ("preview", "show tickets as they would be stored; nothing is stored"),
            ("schedule", "set the sync interval"),
            ("switch", "turn a connection on or off; existing tickets are kept"),
            ("remove", "disconnect; existing tickets are kept"),
        ):
            step_of[name] = steps.add_parser(name, help=text)
            step_of[name].add_argument("tenant")
            step_of[name].add_argument("--name", default="", help="the connection; needed if the tenant has several")
        preview_step.add_arguments(step_of["preview"])
        step_of["schedule"].add_argument(
            "--every", metavar="INTERVAL", required=True, help="15 or 15m, 2h, 1d, at most a week, or off"
        )
        step_of["switch"].add_argument("state", choices=("on", "off"))
        steps.add_parser("list", help="list the connections").add_argument(
            "tenant", nargs="?", default="", help="of this tenant (default: of all)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['step']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        tenant = self._tenant(options)
        source = Source(tenant=tenant) if options["replace"] is None else self._replaced(tenant, options["replace"])
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
        if options["dry_run"]:
            self._clean(source)
            self._print_preview(source, limit=LIMIT)
            return
        origin = self._save(source, is_read_differently=True)
        which = f" --name {source.name}" if tenant.sources.count() > 1 else ""
        self.stdout.write(f"Connected {tenant.slug} to {source}. Next: manage.py source check {tenant.slug}{which}")
        if source.kind != SourceKind.NATIVE:
            self.stdout.write(rest_options(source.kind, source.options).about_absent)
        for sentence in name_spaces.explain_change(
            tenant,
            origin,
            former=former,
            remedy=f"add it again with --replace {origin.name} --same-helpdesk --name {former}",
        ):
            self.stdout.write(sentence)
        if source.every_minutes is None:
            self.stdout.write(
                f"No schedule yet. To sync every 15 minutes: manage.py source schedule {tenant.slug} --every 15{which}"
            )

    def _check(self, options: dict[str, Any]) -> None:
        tenant = self._tenant(options)
        sources = find_named(tenant)
        if options["name"] or len(sources) < 2:
            self._check_one(self._source(options), label="")
            return
        failed = 0
        for source in sources:
            try:
                self._check_one(source, label=f"{source.name}: ")
            except CommandError as error:
                failed += 1
                self.stderr.write(str(error))
        if failed:
            raise CommandError(f"{failed} of {len(sources)} connections failed.")

    def _check_one(self, source: Source, *, label: str) -> None:
        try:
            checked = check_source(source)
        except SourceError as error:
            raise CommandError(f"{label}{error}") from None
        if not checked.is_usable:
            raise CommandError(f"{label}{checked}")
        for sentence in (checked.sentence, *checked.problems):
            self.stdout.write(f"{label}{sentence}")

    def _preview(self, options: dict[str, Any]) -> None:
        self._print_preview(self._source(options), limit=options["limit"])

    def _print_preview(self, source: Source, *, limit: int) -> None:
        try:
            preview = preview_step.print_preview(source, limit=limit, write=self.stdout.write)
        except SourceError as error:
            raise CommandError(str(error)) from None
        if not preview.is_usable:
            raise CommandError(preview.why_unusable)

    def _schedule(self, options: dict[str, Any]) -> None:
        source = self._source(options)
        source.every_minutes = _read_every(options["every"])
        self._save(source)
        self.stdout.write(f"{_subject(source)} {_how_often(source)}.")

    def _switch(self, options: dict[str, Any]) -> None:
        source = self._source(options)
        source.enabled = options["state"] == "on"
        self._save(source)
        then = "Nothing is synced; existing tickets are kept." if not source.enabled else f"It {_how_often(source)}."
        self.stdout.write(f"{_subject(source)} is {options['state']}. {then}")

    def _save(self, source: Source, *, is_read_differently: bool = False) -> Origin:
        self._clean(source)
        try:
            return save_source(source, is_read_differently=is_read_differently)
        except name_spaces.NameTaken as error:
            raise CommandError(str(error)) from None

    def _clean(self, source: Source) -> None:
        try:
            source.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from None

    def _remove(self, options: dict[str, Any]) -> None:
        source = self._source(options)
        kept = count_tickets_of(source.tenant, source.name)
        remove_source(source)
        self.stdout.write(
            f"Disconnected {source} from {options['tenant']}. Its {format_count(kept, 'ticket')} "
            f"{'is' if kept == 1 else 'are'} kept and no longer synced. If you connect the same helpdesk again, they "
            "keep syncing."
        )

    def _list(self, options: dict[str, Any]) -> None:
        tenants = [self._tenant(options)] if options["tenant"] else Tenant.objects.filter(sources__isnull=False)
        if options["tenant"] and not tenants[0].sources.exists():
            self.stdout.write(f"{options['tenant']} has no helpdesk connection. Add one with: manage.py source add …")
        for tenant in sorted(set(tenants), key=lambda each: each.slug):
            for source in name_spaces.find_sources(tenant):
                how_often = _how_often(source) if source.enabled else "disabled"
                name = f"{source.name}: " if source.name else ""
                self.stdout.write(f"{tenant.slug}  {name}{source}  ({how_often})")

    def _replaced(self, tenant: Tenant, name: str) -> Source:
        """The connection to change; a new one if there is none yet and none was named."""
        if name == ONLY_ONE and not find_named(tenant):
            return Source(tenant=tenant)
        try:
            return find_connection(tenant, "" if name == ONLY_ONE else name, choose_with="--replace CONNECTION")
        except UnknownConnection as error:
            raise CommandError(str(error)) from None

    def _tenant(self, options: dict[str, Any]) -> Tenant:
        tenant: Tenant | None = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(
                f"Tenant “{options['tenant']}” does not exist. Create it with: manage.py tenant create …"
            )
        return tenant

    def _source(self, options: dict[str, Any]) -> Source:
        try:
            return find_connection(self._tenant(options), options["name"], choose_with="--name")
        except UnknownConnection as error:
            raise CommandError(str(error)) from None


def _subject(source: Source) -> str:
    """“acme”, or “acme, second” if it has several connections."""
    slug = source.tenant.slug
    return f"{slug}, {source.name}" if source.tenant.sources.count() > 1 else slug


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
    """The minutes between two syncs, from `15`, `15m`, `2h` or `1d`; None for `off`."""
    if text == "off":
        return None
    found = _INTERVAL.fullmatch(text)
    minutes = int(found[1]) * _MINUTES_OF[found[2]] if found else 0
    if not 1 <= minutes <= LONGEST_INTERVAL:
        raise CommandError(
            f"--every takes 1 to {LONGEST_INTERVAL} minutes, also as 15m, 2h or 1d, or off, not {text!r}."
        )
    return minutes


def _how_often(source: Source) -> str:
    if source.every_minutes is None:
        return "syncs only when someone starts it"
    return f"syncs {describe_interval(timedelta(minutes=source.every_minutes))}"
