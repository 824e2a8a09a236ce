"""`manage.py verify_lists`: verify and repair the facet counts and the search index of ticket lists."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.formatting import format_number
from tenants.models import Tenant
from tickets.store.facet_counts import FacetCountStore
from tickets.store.word_index import WordIndex


class Command(BaseCommand):
    help = "Compare the facet counts of ticket lists with the tickets, and find tickets missing from search."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", action="append", metavar="SLUG", help="only this tenant; may be repeated")
        parser.add_argument(
            "--repair", action="store_true", help="repair what is wrong; safe while the system is running"
        )
        parser.add_argument(
            "--new-words",
            action="store_true",
            help="with --repair: have the workers rebuild the search words of all tickets",
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
        counts, words = FacetCountStore(tenant), WordIndex(tenant)
        differences, without_words = counts.find_differences(), words.count_without_words()
        for bucket, count in differences.items():
            self.stdout.write(f"{tenant.slug}: facet counts of {bucket} are off by {format_number(count)}")
        if without_words:
            self.stdout.write(
                f"{tenant.slug}: {format_number(without_words)} tickets are missing from search and not queued for it"
            )
        if repair:
            counts.repair()
            words.rebuild(everything=new_words)
        is_wrong = bool(differences or without_words)
        if not is_wrong:
            self.stdout.write(f"{tenant.slug}: OK. Facet counts are correct; all tickets are searchable or queued.")
        elif repair:
            self.stdout.write(f"{tenant.slug}: repaired")
        return is_wrong
