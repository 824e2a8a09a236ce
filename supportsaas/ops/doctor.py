"""What can be wrong with an installation, found before users find it: for `manage.py doctor`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from supportsaas import crypto
from supportsaas.crypto import SecretUnreadable
from supportsaas.db import indexes, mongo
from supportsaas.ops import health_checks
from supportsaas.ops.stored_secrets import find_stored_secrets
from tenants.checks import ONE_ADDRESS, demo_accounts_in_words, is_one_address

OLDEST_MONGODB = (6, 0)
_SAME = {"unique": False, "sparse": False, "expireAfterSeconds": None, "partialFilterExpression": None}


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong, and what to do about it; or only worth a look, where it may be meant so."""

    sentence: str
    is_hint: bool = False


Check = Callable[[], Iterator[Complaint]]


def examine() -> Iterator[tuple[str, list[Complaint]]]:
    """Each check by its name with what it found. Raises what is in `mongo.UNAVAILABLE`."""
    for name, check in CHECKS.items():
        yield name, list(check())


def check_server() -> Iterator[Complaint]:
    version = tuple(mongo.client().server_info()["versionArray"][:2])
    if version < OLDEST_MONGODB:
        yield Complaint(f"MongoDB is of version {'.'.join(map(str, version))}; at least 6.0 is needed. Upgrade it.")
    hello = mongo.client().admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        yield Complaint(
            "MongoDB does not run as a replica set, and transactions need one. Start it with --replSet, and rs.initiate()."
        )


def check_migrations() -> Iterator[Complaint]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan[:5])
        yield Complaint(
            f"{len(plan)} migrations are pending ({names}{', …' if len(plan) > 5 else ''}): manage.py migrate"
        )


def check_indexes() -> Iterator[Complaint]:
    found: dict[str, dict[str, Any]] = {}
    for name in {index.collection for index in indexes.INDEXES}:
        found[name] = {each["name"]: each for each in mongo.collection(name).list_indexes()}
    missing = [index for index in indexes.INDEXES if index.name not in found[index.collection]]
    if missing:
        names = ", ".join(f"{index.collection}.{index.name}" for index in missing[:5])
        yield Complaint(f"{len(missing)} indexes are missing ({names}): manage.py ensure_indexes")
    for index in indexes.INDEXES:
        present = found[index.collection].get(index.name)
        if present is not None and not _is_as_declared(index, present):
            yield Complaint(
                f"The index {index.collection}.{index.name} is not as it is declared. "
                "Drop it, then: manage.py ensure_indexes"
            )


def check_secrets() -> Iterator[Complaint]:
    """Every stored secret is decrypted once; nothing of it is shown."""
    unreadable = outdated = 0
    for secret in find_stored_secrets():
        try:
            crypto.decrypt(secret.encrypted)
            outdated += not secret.is_current
        except SecretUnreadable:
            unreadable += 1
    if outdated:
        yield Complaint(
            f"{outdated} stored credentials still need an old ENCRYPTION_KEY. Encrypt them with the first one: "
            "manage.py reencrypt"
        )
    if unreadable:
        yield Complaint(
            f"{unreadable} stored credentials cannot be decrypted with the configured ENCRYPTION_KEY. "
            "Put the key they were stored with behind the present one, or enter them again."
        )


def check_static_files() -> Iterator[Complaint]:
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not staticfiles_storage.hashed_files:
        yield Complaint(
            f"There are no static files in {Path(settings.STATIC_ROOT)}: manage.py collectstatic --no-input"
        )


def check_settings() -> Iterator[Complaint]:
    if settings.DEBUG:
        yield Complaint("DEBUG is on: faults show their insides to everybody. Set DEBUG=0.")
    if not settings.USE_HTTPS:
        yield Complaint(
            "USE_HTTPS is off: passwords and sessions travel in the open. Set it behind a proxy that ends TLS."
        )


def check_proxies() -> Iterator[Complaint]:
    if is_one_address():
        yield Complaint(ONE_ADDRESS, is_hint=True)


def check_accounts() -> Iterator[Complaint]:
    if not settings.DEMO:
        yield from map(Complaint, demo_accounts_in_words())


def check_vital_signs() -> Iterator[Complaint]:
    for finding in health_checks.examine().findings:
        yield Complaint(finding.sentence)


def _is_as_declared(index: indexes.Index, present: dict[str, Any]) -> bool:
    wanted = {**_SAME, **index.options}
    return list(present["key"].items()) == list(index.keys) and all(
        present.get(name, default) == wanted.get(name, default) for name, default in _SAME.items()
    )


CHECKS: dict[str, Check] = {
    "MongoDB": check_server,
    "Migrations": check_migrations,
    "Indexes": check_indexes,
    "Stored secrets": check_secrets,
    "Static files": check_static_files,
    "Settings": check_settings,
    "Proxies": check_proxies,
    "Accounts": check_accounts,
    "Vital signs": check_vital_signs,
}
