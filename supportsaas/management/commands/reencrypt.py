"""`manage.py reencrypt`: after a new ENCRYPTION_KEY, so that the old one can be dropped."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.formatting import format_number
from supportsaas.ops.stored_secrets import reencrypt


class Command(BaseCommand):
    help = "Encrypt every stored secret with the first ENCRYPTION_KEY. Safe to repeat; exit status 1 where one cannot be read."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reencrypt()
        self.stdout.write(
            f"{format_number(done.changed)} encrypted with the first key now, "
            f"{format_number(done.current)} were already."
        )
        if done.unreadable:
            raise CommandError(
                f"{format_number(done.unreadable)} cannot be read with any configured key and stay as they are. "
                "Put the key they were stored with behind the present one, or enter them again.",
                returncode=1,
            )
