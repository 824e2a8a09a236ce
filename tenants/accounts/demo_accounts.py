"""The accounts of the demo, which have public passwords, and a search for them in a production database."""

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
    """The demo accounts in this database that still have the demo's password, so that anybody can sign in.

    Changes nothing, unlike `User.check_password`, which may update the hash.
    """
    passwords = {account.name: account.password for account in ACCOUNTS}
    present = User.objects.filter(username__in=list(passwords), is_active=True)
    return sorted(user.username for user in present if check_password(passwords[user.username], user.password))
