"""`manage.py restore DIRECTORY`: writes a backup into an empty database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.db import mongo
from supportsaas.formatting import format_count, format_number
from supportsaas.ops.backup import BackupError, restore_backup
from tickets.ingestion.worker import count_workers


class Command(BaseCommand):
    help = "Write a backup into the database, which must be empty. Stop web and workers before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="what `manage.py backup` made")
        parser.add_argument(
            "--drop", action="store_true", help="replace everything that is in the database; there is no way back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if count_workers():
                raise CommandError(
                    "A worker is at work on this database, or was within the last minute. "
                    "Stop the workers and the web server first."
                )
            manifest = restore_backup(options["directory"], drop=options["drop"], tell=self._tell)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from None
        except mongo.UNAVAILABLE as error:
            raise CommandError(f"The database is not reachable: {error}") from None
        self.stdout.write(
            f"Restored {format_count(manifest.documents, 'document')} of "
            f"{format_count(len(manifest.parts), 'collection')}, as of {manifest.taken_at}. "
            "Next: manage.py migrate, manage.py ensure_indexes, manage.py doctor."
        )

    def _tell(self, collection: str, documents: int) -> None:
        self.stdout.write(f"{collection}: {format_number(documents)}")
