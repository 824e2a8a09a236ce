"""`manage.py restore DIRECTORY`: restore a backup into an empty database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.db import mongo
from supportsaas.formatting import format_count, format_number
from supportsaas.ops.backup import BackupError, restore_backup
from tickets.ingestion.worker import count_workers


class Command(BaseCommand):
    help = "Restore a backup into the database, which must be empty. Stop the web server and all workers first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="a backup written by `manage.py backup`")
        parser.add_argument(
            "--drop", action="store_true", help="replace everything in the database; this cannot be undone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if count_workers():
                raise CommandError(
                    "A worker uses this database, or did within the last minute. "
                    "Stop the workers and the web server first."
                )
            manifest = restore_backup(options["directory"], drop=options["drop"], report=self._report)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from None
        except mongo.UNAVAILABLE as error:
            raise CommandError(f"The database is not reachable: {error}") from None
        self.stdout.write(
            f"Restored {format_count(manifest.documents, 'document')} of "
            f"{format_count(len(manifest.parts), 'collection')}, as of {manifest.taken_at}. "
            "Next: manage.py migrate, manage.py ensure_indexes, manage.py doctor."
        )

    def _report(self, collection: str, documents: int) -> None:
        self.stdout.write(f"{collection}: {format_number(documents)}")
