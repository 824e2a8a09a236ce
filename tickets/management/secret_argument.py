"""Secrets for commands. They never appear on the command line, where everyone on the machine could read them."""

import getpass
import os
import sys

from django.core.management.base import CommandError

WHERE = "env:NAME, file:PATH, or ask"


def read_secret(where: str, *, option: str = "--secret-from", what: str = "Key or password") -> str:
    """The secret from an environment variable, a file or the terminal; raises `CommandError`."""
    kind, _, rest = where.partition(":")
    if kind == "env" and rest:
        secret = os.environ.get(rest, "")
        if not secret:
            raise CommandError(f"{option}: the environment variable {rest} is empty.")
        return secret
    if kind == "file" and rest:
        try:
            with open(rest, encoding="utf-8") as file:  # noqa: PTH123  /dev/stdin works too
                return file.read().strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise CommandError(f"{option}: the file {rest} cannot be read: {why}.") from None
    if where == "ask" or (not where and sys.stdin.isatty()):
        return getpass.getpass(f"{what}: ")
    raise CommandError(f"{what} required: {option} env:NAME, file:PATH or ask.")
