"""manage.py verify_lists: whether the counts behind the lists add up and every ticket is searchable, and repair."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.formatting import format_number
from tenants.models import Tenant
from tickets.store.facet_counts import FacetCountStore
from tickets.store.word_index import WordIndex


class Command(BaseCommand):
    help = "Compare the counts behind the lists with the tickets themselves, and look for tickets without words."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", action="append", metavar="SLUG", help="only this tenant; may be repeated")
        parser.add_argument("--repair", action="store_true", help="mend what is amiss; may run beside everything else")
        parser.add_argument(
            "--new-words", action="store_true", help="have the workers store every ticket's words anew (with --repair)"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        tenants = Tenant.objects.all()
        if options["tenant"]:
            tenants = tenants.filter(slug__in=options["tenant"])
            if missing := set(options["tenant"]) - {each.slug for each in tenants}:
                raise CommandError(f"There is no tenant “{sorted(missing)[0]}”.", returncode=2)
        amiss = False
        for tenant in tenants:
            amiss |= self._verify(tenant, repair=options["repair"], new_words=options["new_words"])
        if amiss and not options["repair"]:
            raise CommandError("Mend it with --repair.", returncode=1)

    def _verify(self, tenant: Tenant, *, repair: bool, new_words: bool) -> bool:
        counts, words = FacetCountStore(tenant), WordIndex(tenant)
        differences, without_words = counts.find_differences(), words.count_without_words()
        wrong_words = words.count_with_wrong_words()
        for bucket, count in differences.items():
            self.stdout.write(f"{tenant.slug}: the counts of {bucket} are wrong by {format_number(count)}")
        if without_words:
            self.stdout.write(
                f"{tenant.slug}: {format_number(without_words)} tickets have no words and do not wait for them"
            )
        if wrong_words:
            self.stdout.write(
                f"{tenant.slug}: {format_number(wrong_words)} tickets have keywords stored with fields of before"
            )
        if repair:
            counts.repair()
            words.rebuild(everything=new_words)
        is_amiss = bool(differences or without_words or wrong_words)
        if not is_amiss:
            self.stdout.write(f"{tenant.slug}: the counts add up, and every ticket is searchable or waits for it")
        elif repair:
            self.stdout.write(f"{tenant.slug}: mended")
        return is_amiss
