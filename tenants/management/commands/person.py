"""`manage.py person`: help for somebody who cannot log in, without a browser."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.api.tokens import count_live, revoke_all
from tenants.credentials import second_factor
from tenants.credentials.sessions import end_sessions
from tenants.members import password_link
from tenants.models import User


class Command(BaseCommand):
    help = "Make a link to choose a password, take off a lost second factor, log somebody out everywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="password-link | two-factor-off | log-out")
        for name, text in (
            ("password-link", "print a one-time link to choose a password"),
            ("two-factor-off", "let the password alone log them in again"),
            ("log-out", "end all their sessions"),
        ):
            step = steps.add_parser(name, help=text)
            step.add_argument("user")
            if name == "log-out":
                step.add_argument("--tokens", action="store_true", help="also revoke all their tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”.")
        match options["step"]:
            case "password-link":
                self.stdout.write(password_link(user))
                self.stderr.write("Put the server's address in front. It works once, within three days.")
            case "two-factor-off":
                was_on = second_factor.remove(user)
                self.stdout.write(f"{user} {'logs in by password alone now' if was_on else 'had no second factor'}.")
            case "log-out":
                self.stdout.write(f"{end_sessions(user)} sessions of {user} are ended.")
                if options["tokens"]:
                    self.stdout.write(f"{revoke_all(user)} tokens of {user} are revoked.")
                elif live := count_live(user):
                    self.stdout.write(f"{live} tokens of {user} still work; --tokens revokes them.")
