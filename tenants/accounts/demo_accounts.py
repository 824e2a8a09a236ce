"""The people of the demo, whose passwords everybody can read here, and where they have got in by mistake."""

from dataclasses import dataclass

from django.contrib.auth.hashers import check_password

from tenants.models import User


@dataclass(frozen=True, slots=True)
class DemoAccount:
    name: str
    password: str
    what: str
    is_superuser: bool = False


ADMIN = DemoAccount("admin", "demo-admin", "runs everything", is_superuser=True)
ACCOUNTS = (
    ADMIN,
    DemoAccount("manager", "demo-manager", "manages three tenants"),
    DemoAccount("viewer", "demo-viewer", "reads one tenant"),
)


def find_open_accounts() -> list[str]:
    """The names of those with which anybody can log in here, for they still have the demo's password. Changes nothing, unlike
    `User.check_password`, which renews a hash."""
    passwords = {account.name: account.password for account in ACCOUNTS}
    present = User.objects.filter(username__in=list(passwords), is_active=True)
    return sorted(user.username for user in present if check_password(passwords[user.username], user.password))
