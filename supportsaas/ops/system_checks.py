"""What can be wrong with an installation, as Django system checks with their own IDs; docs/operations.md explains each.

`manage.py doctor` runs all of them. `manage.py check` runs those that need the database with `--database default`, and
most only with `--deploy`: `migrate` runs database checks too, and must not stop at what it is about to change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from supportsaas import crypto
from supportsaas.crypto import SecretUnreadable
from supportsaas.db import indexes, mongo
from supportsaas.ops import health_checks
from supportsaas.ops.stored_secrets import find_stored_secrets

Check = Callable[[], Iterator[CheckMessage]]

OLDEST_MONGODB = (6, 0)
MOST_NAMED = 5
UNREACHABLE = "supportsaas.E001"
TITLES: dict[str, str] = {}
"""What each id is about, in the order of registration."""
NEED_DATABASE: set[str] = set()

_SAME = {"unique": False, "sparse": False, "expireAfterSeconds": None, "partialFilterExpression": None}


def system_check(titles: Mapping[str, str], *, tag: str, deploy: bool = True) -> Callable[[Check], Check]:
    """Registers a check with Django, and what its ids are about. One with the tag `database` runs where a database is
    to be checked and answers; whether it answers is `check_server`'s to say."""

    def decorate(check: Check) -> Check:
        def run(*, app_configs: Any = None, databases: Sequence[str] | None = None, **_: Any) -> Iterable[CheckMessage]:
            if tag == Tags.database and not databases:
                return []
            try:
                found = list(check())
            except mongo.UNAVAILABLE:
                return []
            assert {each.id for each in found} <= titles.keys()
            return found

        TITLES.update(titles)
        if tag == Tags.database:
            NEED_DATABASE.update(titles)
        register(tag, deploy=deploy)(run)
        return check

    return decorate


@system_check(
    {
        UNREACHABLE: "MongoDB answers",
        "supportsaas.E002": "MongoDB's version",
        "supportsaas.E003": "MongoDB is a replica set",
    },
    tag=Tags.database,
    deploy=False,
)
def check_server() -> Iterator[CheckMessage]:
    try:
        version = tuple(mongo.client().server_info()["versionArray"][:2])
        hello = mongo.client().admin.command("hello")
    except mongo.UNAVAILABLE as error:
        yield Error(f"MongoDB is not reachable: {error}", hint="Start it, or correct MONGODB_URI.", id=UNREACHABLE)
        return
    if version < OLDEST_MONGODB:
        yield Error(
            f"MongoDB has version {'.'.join(map(str, version))}.",
            hint="Upgrade it to 6.0 or later.",
            id="supportsaas.E002",
        )
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        yield Error(
            "MongoDB does not run as a replica set, and transactions need one.",
            hint="Start it with --replSet, then run rs.initiate().",
            id="supportsaas.E003",
        )


@system_check({"supportsaas.W001": "Migrations"}, tag=Tags.database)
def check_migrations() -> Iterator[CheckMessage]:
    pending = find_pending_migrations()
    if pending:
        yield Warning(
            f"{len(pending)} migrations are pending ({_first_of(pending)}).",
            hint="Run: manage.py migrate",
            id="supportsaas.W001",
        )


@system_check({"supportsaas.W003": "Indexes exist", "supportsaas.W004": "Indexes are as declared"}, tag=Tags.database)
def check_indexes() -> Iterator[CheckMessage]:
    found: dict[str, dict[str, Any]] = {}
    for name in {index.collection for index in indexes.INDEXES}:
        found[name] = {each["name"]: each for each in mongo.collection(name).list_indexes()}
    missing = [index for index in indexes.INDEXES if index.name not in found[index.collection]]
    if missing:
        names = _first_of([f"{index.collection}.{index.name}" for index in missing])
        yield Warning(
            f"{len(missing)} indexes are missing ({names}).",
            hint="Run: manage.py ensure_indexes",
            id="supportsaas.W003",
        )
    for index in indexes.INDEXES:
        present = found[index.collection].get(index.name)
        if present is not None and not _is_as_declared(index, present):
            yield Warning(
                f"The index {index.collection}.{index.name} is not as it is declared.",
                hint="Drop it, then run: manage.py ensure_indexes",
                id="supportsaas.W004",
            )


@system_check(
    {
        "supportsaas.W005": "Stored secrets use the first ENCRYPTION_KEY",
        "supportsaas.E004": "Stored secrets can be decrypted",
    },
    tag=Tags.database,
)
def check_secrets() -> Iterator[CheckMessage]:
    """Decrypts every stored secret once and shows nothing of it."""
    unreadable = outdated = 0
    for secret in find_stored_secrets():
        try:
            crypto.decrypt(secret.encrypted)
            outdated += not secret.is_current
        except SecretUnreadable:
            unreadable += 1
    if outdated:
        yield Warning(
            f"{outdated} stored credentials still need an old ENCRYPTION_KEY.",
            hint="Encrypt them with the first one: manage.py reencrypt",
            id="supportsaas.W005",
        )
    if unreadable:
        yield Error(
            f"{unreadable} stored credentials cannot be decrypted with the configured ENCRYPTION_KEY.",
            hint="Add the key they were stored with behind the current one, or enter them again.",
            id="supportsaas.E004",
        )


@system_check({"supportsaas.W006": "Static files"}, tag=Tags.staticfiles)
def check_static_files() -> Iterator[CheckMessage]:
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not staticfiles_storage.hashed_files:
        yield Warning(
            f"There are no static files in {Path(settings.STATIC_ROOT)}.",
            hint="Run: manage.py collectstatic --no-input",
            id="supportsaas.W006",
        )


@system_check(
    {
        "supportsaas.W007": "DEBUG is off",
        "supportsaas.W008": "USE_HTTPS is on",
        "supportsaas.W010": "PUBLIC_URL is set",
        "supportsaas.I001": "Proxies are counted",
    },
    tag=Tags.security,
)
def check_settings() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Warning(
            "DEBUG is on: an error page shows source code and settings to everybody.",
            hint="Set DEBUG=0.",
            id="supportsaas.W007",
        )
    if not settings.PUBLIC_URL_IS_SET:
        yield Warning(
            f"PUBLIC_URL is not set: links in alerts and other mails lead to {settings.PUBLIC_URL}, which opens on the "
            "server alone.",
            hint="Set PUBLIC_URL to the address at which people open SupportSaaS, such as https://support.example.com.",
            id="supportsaas.W010",
        )
    if not settings.USE_HTTPS:
        yield Warning(
            "USE_HTTPS is off: passwords and sessions travel unencrypted.",
            hint="Set USE_HTTPS=1 behind a proxy that ends TLS.",
            id="supportsaas.W008",
        )
    elif not settings.TRUSTED_PROXIES:
        yield Info(
            "USE_HTTPS is set and TRUSTED_PROXIES is 0: everybody seems to come from the proxy's address, so one "
            "person who mistypes a password slows down the sign-in of all.",
            hint="Set TRUSTED_PROXIES to the number of proxies in front.",
            id="supportsaas.I001",
        )


@system_check({"supportsaas.W009": "Health"}, tag=Tags.database)
def check_health() -> Iterator[CheckMessage]:
    """What /health reports."""
    for problem in health_checks.run_checks().problems:
        yield Warning(problem.sentence, hint="The system page (/system/) has the details.", id="supportsaas.W009")


def find_pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _first_of(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def _is_as_declared(index: indexes.Index, present: dict[str, Any]) -> bool:
    wanted = {**_SAME, **index.options}
    return list(present["key"].items()) == list(index.keys) and all(
        present.get(name, default) == wanted.get(name, default) for name, default in _SAME.items()
    )
