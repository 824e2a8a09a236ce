"""`manage.py verify_search`: find live tickets that are missing from search, and repair them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.formatting import format_number
from tenants.models import Tenant
from tickets.store.word_index import WordIndex


class Command(BaseCommand):
    help = "Find tickets that are missing from search. Exit status: 0 if none are, or they were repaired, otherwise 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", action="append", metavar="SLUG", help="only this tenant; may be repeated")
        parser.add_argument(
            "--repair", action="store_true", help="have the workers store the missing words; safe while running"
        )
        parser.add_argument(
            "--new-words",
            action="store_true",
            help="with --repair: have the workers store the search words of all tickets again",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        tenants = Tenant.objects.all()
        if options["tenant"]:
            tenants = tenants.filter(slug__in=options["tenant"])
            if missing := set(options["tenant"]) - {each.slug for each in tenants}:
                raise CommandError(f"Tenant “{sorted(missing)[0]}” does not exist.", returncode=2)
        has_problems = False
        for tenant in tenants:
            has_problems |= self._verify(tenant, repair=options["repair"], new_words=options["new_words"])
        if has_problems and not options["repair"]:
            raise CommandError("Problems found. Repair them with --repair.", returncode=1)

    def _verify(self, tenant: Tenant, *, repair: bool, new_words: bool) -> bool:
        words = WordIndex(tenant)
        missing = words.count_without_words()
        if missing:
            self.stdout.write(
                f"{tenant.slug}: {format_number(missing)} tickets are missing from search and not queued for it"
            )
        if repair:
            words.rebuild(everything=new_words)
        if not missing:
            self.stdout.write(f"{tenant.slug}: OK. All tickets are searchable or queued.")
        elif repair:
            self.stdout.write(f"{tenant.slug}: repaired")
        return bool(missing)
