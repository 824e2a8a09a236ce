"""`manage.py ensure_indexes`: create the indexes that `supportsaas.db.indexes` declares."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.db.indexes import INDEXES, ensure_indexes
from supportsaas.formatting import format_count
from supportsaas.ops.system_checks import find_pending_migrations


class Command(BaseCommand):
    help = "Create the indexes of the project's collections. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        # Some indexes belong to Django's tables. Created before the tables, they would make migrate fail.
        pending = find_pending_migrations()
        if pending:
            raise CommandError(f"Run manage.py migrate first: {format_count(len(pending), 'migration')} pending.")
        names = ensure_indexes()
        if options["verbosity"] > 1:
            for index in INDEXES:
                self.stdout.write(f"{index.collection}.{index.name}: {index.query}")
        self.stdout.write(f"{len(names)} indexes exist.")
