"""`manage.py statuses`: show and map a tenant's ticket statuses."""

import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tickets.management.reporting import Exit
from tickets.records.statuses import MAPPABLE_STATUSES
from tickets.status_mapping.editing import save_meanings
from tickets.status_mapping.model import find_mappings
from tickets.status_mapping.remapping import REMAPPING, remap_at_once
from tickets.status_mapping.words import unmapped_sentence
from tickets.store.ticket_store import TicketStore


class Command(BaseCommand):
    help = "Show a tenant's status mapping and unmapped statuses, and map them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="the tenant's id")
        parser.add_argument(
            "--map",
            action="extend",
            nargs="+",
            default=[],
            metavar="THEIRS=OURS",
            help=f"map a status to one of {', '.join(MAPPABLE_STATUSES)}; THEIRS= removes a mapping",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            self._usage(f"Tenant “{options['tenant']}” does not exist.")
        chosen = dict(self._pair(each) for each in options["map"])
        try:
            saved = save_meanings(tenant, chosen) if chosen else 0
        except Rejected as error:
            self._usage(str(error))
        if saved:
            remap_at_once(tenant)
        for each in find_mappings(tenant):
            self.stdout.write(f"{tenant.slug}: {each}")
        unmapped = unmapped_sentence(TicketStore(tenant).queries.count_unmapped_statuses())
        self.stdout.write(f"{tenant.slug}: {unmapped or 'all statuses are mapped.'}")
        if REMAPPING.is_running(tenant):
            self.stdout.write(f"{tenant.slug}: workers update the stored tickets in the background.")

    def _pair(self, text: str) -> tuple[str, str]:
        theirs, equals, ours = text.rpartition("=")
        if not equals or not theirs.strip():
            self._usage(f"--map takes THEIRS=OURS, not “{text}”.")
        return theirs, ours.strip()

    def _usage(self, sentence: str) -> NoReturn:
        self.stderr.write(f"error: {sentence}")
        sys.exit(Exit.USAGE)
