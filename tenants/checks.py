"""What `manage.py check --deploy` says of a real installation, besides what Django says itself."""

from collections.abc import Iterator
from typing import Any

import pymongo
from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, Warning, register

from supportsaas.db import mongo
from tenants.accounts.demo_accounts import find_open_accounts

ONE_ADDRESS = (
    "USE_HTTPS is set and TRUSTED_PROXIES is 0: everybody seems to come from the proxy's address, so one person who "
    "mistypes a password slows down the log-in of all. Set TRUSTED_PROXIES to the number of proxies in front."
)
DATABASE_SECONDS = 2.0


@register(Tags.security, deploy=True)
def check_proxies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [Info(ONE_ADDRESS, id="supportsaas.I001")] if is_one_address() else []


@register(Tags.security, deploy=True)
def check_demo_accounts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Nothing where the database cannot be reached: this check is no place to say so."""
    if settings.DEMO:
        return []
    try:
        with pymongo.timeout(DATABASE_SECONDS):
            return [Warning(sentence, id="supportsaas.W002") for sentence in demo_accounts_in_words()]
    except mongo.UNAVAILABLE:
        return []


def is_one_address() -> bool:
    return bool(settings.USE_HTTPS) and not settings.TRUSTED_PROXIES


def demo_accounts_in_words() -> Iterator[str]:
    names = find_open_accounts()
    if names:
        yield (
            f"Anybody can log in as {', '.join(names)}: these accounts of the demo still have its passwords, which "
            "are public. Delete them, or give them other passwords."
        )
