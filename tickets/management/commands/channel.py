"""`manage.py channel`: where a tenant's alerts go, without a browser."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.models import Tenant
from tickets.alerts.model import SENTIMENTS, URGENCIES, Channel, ChannelKind, make_signing_secret, signing_key
from tickets.alerts.test_send import send_test
from tickets.management.secret_argument import WHERE, read_secret


class Command(BaseCommand):
    help = "Set up the channels over which a tenant's alerts go, and try them out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="add | list | test | remove")
        add = steps.add_parser("add", help="make a channel of a tenant, or change the one of that name (--replace)")
        add.add_argument("tenant")
        add.add_argument("--kind", choices=ChannelKind.values, required=True)
        add.add_argument("--name", required=True, help="how it is called in lists")
        add.add_argument("--address", default="", help="a URL; for e-mail the addresses, separated by commas")
        add.add_argument("--address-from", default="", metavar="WHERE", help=f"for one that is a password: {WHERE}")
        add.add_argument(
            "--secret-from",
            default="",
            metavar="WHERE",
            help=f"a webhook's own signing secret: {WHERE}; else made here",
        )
        add.add_argument("--urgency", action="append", default=[], choices=URGENCIES, help="may repeat (default high)")
        add.add_argument(
            "--sentiment", action="append", default=[], choices=SENTIMENTS, help="may repeat (default any)"
        )
        add.add_argument("--max-age-hours", type=int, help="older tickets are not announced (default as the system)")
        add.add_argument("--off", action="store_true", help="send nothing over it for now")
        add.add_argument("--replace", action="store_true", help="change the channel of that name")
        steps.add_parser("list", help="list a tenant's channels, or everybody's").add_argument("tenant", nargs="?")
        for name, text in (("test", "send a test now, and say what was answered"), ("remove", "delete it")):
            step = steps.add_parser(name, help=text)
            step.add_argument("tenant")
            step.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['step']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        tenant = self._tenant(options)
        channel = Channel.objects.filter(tenant=tenant, name=options["name"]).first()
        if channel is not None and not options["replace"]:
            raise CommandError(f"{tenant.slug} has a channel “{channel.name}” already. Use --replace to change it.")
        if channel is not None and channel.kind != options["kind"]:
            raise CommandError(
                f"“{channel.name}” is of the kind {channel.kind}. Remove it first, or choose a new name."
            )
        channel = channel or Channel(tenant=tenant, name=options["name"], kind=options["kind"])
        channel.address = options["address"]
        if options["address_from"]:
            channel.address = read_secret(options["address_from"], option="--address-from", what="The address")
        channel.urgencies = options["urgency"] or ["high"]
        channel.sentiments = options["sentiment"]
        channel.max_age_hours, channel.enabled = options["max_age_hours"], not options["off"]
        channel.unconfirmed = []  # whoever has the server's command line vouches for the addresses
        made = self._set_secret(channel, options["secret_from"])
        try:
            channel.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from None
        channel.save()
        self.stdout.write(f"Alerts of {tenant.slug} go to “{channel.name}” ({_where(channel)}).")
        if made:
            self.stdout.write(f"Its signing secret, shown this once: {made}")
        self.stdout.write(f"Try it: manage.py channel test {tenant.slug} '{channel.name}'")

    def _set_secret(self, channel: Channel, where: str) -> str:
        """Give a webhook its secret; the text of one that was made here."""
        if channel.kind != ChannelKind.WEBHOOK:
            if where:
                raise CommandError("--secret-from: only a webhook has a signing secret.")
            return ""
        if not where and channel.has_secret:
            return ""
        secret = read_secret(where, what="The signing secret") if where else make_signing_secret()
        try:
            signing_key(secret)
        except ValueError as error:
            raise CommandError(f"--secret-from: {error}") from None
        channel.set_secret(secret)
        return "" if where else secret

    def _list(self, options: dict[str, Any]) -> None:
        channels = Channel.objects.select_related("tenant")
        if options["tenant"]:
            channels = channels.filter(tenant=self._tenant(options))
        for channel in channels:
            which = ", ".join([*(channel.urgencies or ["any urgency"]), *channel.sentiments])
            state = "on" if channel.enabled else "off"
            if (test := channel.last_test) is not None and test.problem:
                state += f", last test failed: {test.problem}"
            self.stdout.write(f"{channel.tenant.slug}  {channel.name}  {_where(channel)}  {which}  {state}")

    def _test(self, options: dict[str, Any]) -> None:
        result = send_test(self._channel(options), started_by="manage.py channel test")
        if not result.ok:
            raise CommandError(str(result))
        self.stdout.write(str(result))

    def _remove(self, options: dict[str, Any]) -> None:
        channel = self._channel(options)
        channel.delete()
        self.stdout.write(
            f"{options['tenant']} has no channel “{options['name']}” any more. What waited for it is dropped."
        )

    def _tenant(self, options: dict[str, Any]) -> Tenant:
        tenant: Tenant | None = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['tenant']}”. Make it: manage.py tenant create …")
        return tenant

    def _channel(self, options: dict[str, Any]) -> Channel:
        found = Channel.objects.filter(tenant=self._tenant(options), name=options["name"]).select_related("tenant")
        channel: Channel | None = found.first()
        if channel is None:
            raise CommandError(f"{options['tenant']} has no channel “{options['name']}”. See: manage.py channel list")
        return channel


def _where(channel: Channel) -> str:
    return f"{channel.get_kind_display()}, {channel.address}"
