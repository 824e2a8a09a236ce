"""`manage.py person`: help a user who cannot sign in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportsaas.formatting import format_count
from tenants.api.tokens import count_live, revoke_all
from tenants.credentials import second_factor
from tenants.credentials.sessions import end_sessions
from tenants.members import password_link
from tenants.models import User


class Command(BaseCommand):
    help = "Create a link to choose a password, turn off two-factor authentication, or sign a user out everywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="password-link | two-factor-off | log-out")
        for name, text in (
            ("password-link", "print a single-use link to choose a password"),
            ("two-factor-off", "turn off two-factor authentication"),
            ("log-out", "end all sessions of the user"),
        ):
            step = steps.add_parser(name, help=text)
            step.add_argument("user", help="user name")
            if name == "log-out":
                step.add_argument("--tokens", action="store_true", help="also revoke all tokens of the user")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"User “{options['user']}” does not exist.")
        match options["step"]:
            case "password-link":
                self.stdout.write(password_link(user))
                self.stderr.write("Add the server's address in front. The link works once, within three days.")
            case "two-factor-off":
                was_on = second_factor.remove(user)
                self.stdout.write(f"Two-factor authentication is {'now' if was_on else 'already'} off for {user}.")
            case "log-out":
                self.stdout.write(f"Ended {format_count(end_sessions(user), 'session')} of {user}.")
                if options["tokens"]:
                    self.stdout.write(f"Revoked {format_count(revoke_all(user), 'token')} of {user}.")
                elif live := count_live(user):
                    self.stdout.write(
                        f"{format_count(live, 'token')} of {user} still {'works' if live == 1 else 'work'}. Revoke with --tokens."
                    )
