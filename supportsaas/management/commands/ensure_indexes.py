"""`manage.py ensure_indexes`: creates what `supportsaas.indexes` declares."""

from typing import Any

from django.core.management.base import BaseCommand

from supportsaas.indexes import INDEXES, ensure_indexes


class Command(BaseCommand):
    help = "Create the indexes of the project's collections. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        names = ensure_indexes()
        if options["verbosity"] > 1:
            for index in INDEXES:
                self.stdout.write(f"{index.collection}.{index.name}: {index.query}")
        self.stdout.write(f"{len(names)} indexes are in place.")
