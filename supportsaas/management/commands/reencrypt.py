"""`manage.py reencrypt`: re-encrypt all secrets after a change of ENCRYPTION_KEY, so that the old key can be removed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.formatting import format_count, format_number
from supportsaas.ops.stored_secrets import reencrypt


class Command(BaseCommand):
    help = "Re-encrypt every stored secret with the first ENCRYPTION_KEY. Safe to repeat. Exit status 1 if one cannot be decrypted."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reencrypt()
        self.stdout.write(
            f"Re-encrypted {format_count(done.changed, 'secret')}; {format_number(done.current)} already used the first key."
        )
        if done.unreadable:
            raise CommandError(
                f"{format_count(done.unreadable, 'secret')} cannot be decrypted with any configured key and stay as they are. "
                "Add the key they were encrypted with after the current one, or enter the secrets again.",
                returncode=1,
            )
