"""`manage.py backup DIRECTORY`: back up the whole database while the product keeps running."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.db import mongo
from supportsaas.formatting import format_count, format_number
from supportsaas.ops.backup import LARGE_BYTES, BackupError, database_bytes, write_backup


class Command(BaseCommand):
    help = "Back up the whole database to a new directory, from one snapshot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="a directory that does not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._warn_if_large()
            manifest = write_backup(options["directory"], report=self._report if options["verbosity"] > 1 else _silent)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from None
        except mongo.UNAVAILABLE as error:
            raise CommandError(f"The database is not reachable: {error}") from None
        self.stdout.write(
            f"{format_count(manifest.documents, 'document')} of {format_count(len(manifest.parts), 'collection')} written to {options['directory']}. "
            "The backup does not contain ENCRYPTION_KEY. Keep it in another place."
        )

    def _warn_if_large(self) -> None:
        size = database_bytes()
        if size > LARGE_BYTES:
            self.stderr.write(
                f"warning: The database holds {size / 1e9:.1f} GB. A backup must finish within five minutes; above 2 GB, use "
                "mongodump or a disk snapshot (docs/operations.md)."
            )

    def _report(self, collection: str, documents: int) -> None:
        self.stdout.write(f"{collection}: {format_number(documents)}")


def _silent(collection: str, documents: int) -> None: ...
