"""The system check of accounts; `supportsaas.ops.system_checks` has the others."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning

from supportsaas.ops.system_checks import system_check
from tenants.accounts.demo_accounts import find_open_accounts


@system_check({"supportsaas.W002": "No account uses a demo password"}, tag=Tags.database)
def check_demo_accounts() -> Iterator[CheckMessage]:
    names = [] if settings.DEMO else find_open_accounts()
    if names:
        yield Warning(
            f"Anybody can sign in as {', '.join(names)}: these demo accounts still have their public passwords.",
            hint="Delete the accounts or change their passwords.",
            id="supportsaas.W002",
        )
