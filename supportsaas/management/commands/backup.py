"""`manage.py backup DIRECTORY`: the whole database as it is at one moment, while everything works on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.db import mongo
from supportsaas.formatting import format_count, format_number
from supportsaas.ops.backup import LARGE_BYTES, BackupError, database_bytes, write_backup


class Command(BaseCommand):
    help = "Write the whole database, as it is at one moment, into a new directory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="a directory that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._warn_if_large()
            manifest = write_backup(options["directory"], tell=self._tell if options["verbosity"] > 1 else _silent)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from None
        except mongo.UNAVAILABLE as error:
            raise CommandError(f"The database is not reachable: {error}") from None
        self.stdout.write(
            f"{format_count(manifest.documents, 'document')} of {format_count(len(manifest.parts), 'collection')} are in {options['directory']}. "
            "ENCRYPTION_KEY is not in it: keep that elsewhere."
        )

    def _warn_if_large(self) -> None:
        size = database_bytes()
        if size > LARGE_BYTES:
            self.stderr.write(
                f"warning: The database holds {size / 1e9:.1f} GB. A backup must end within five minutes; from 2 GB on, use "
                "mongodump or a snapshot of the disk (docs/operations.md)."
            )

    def _tell(self, collection: str, documents: int) -> None:
        self.stdout.write(f"{collection}: {format_number(documents)}")


def _silent(collection: str, documents: int) -> None: ...
