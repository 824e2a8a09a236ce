"""What every test can ask for: the cast, clean collections, a clock that stands still, no network."""

import gc
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Model, QuerySet
from django.test import Client

from supportsaas import clock as clock_of_server
from supportsaas.db import indexes, mongo
from supportsaas.ops import latest_report
from tenants.credentials.sessions import SessionStore
from tenants.models import Membership, Role, Tenant, User
from tests import forking
from tests.emptying import empty_collections
from tests.environment import DATA_DIR, NO_MONGODB
from tests.helpdesk import ScriptedHelpdesk
from tests.mongod import throwaway_mongod
from tickets.helpdesks.model import Source

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")


def pytest_collection_finish() -> None:
    """Imported modules stay for good, so the garbage collector need not look through them: 13% less CPU time."""
    gc.collect()
    gc.freeze()
    gc.enable()


Stored = TypeVar("Stored", bound=Model)

PASSWORD = "correct horse battery staple"


class FakeClock:
    """A clock that moves only when told; `sleep` moves it too and remembers how long it slept."""

    def __init__(self, start: datetime) -> None:
        self.moment = start
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **delta: float) -> datetime:
        self.moment += timedelta(**delta)
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds=seconds)


@pytest.fixture(autouse=True, scope="session")
def _no_internet() -> Iterator[None]:
    """Anything but loopback fails at once."""
    connect: Any = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if not (host.startswith("127.") or host in ("::1", "localhost")):
                raise AssertionError(f"A test tried to reach {host}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def _forking_ends() -> Iterator[None]:
    yield
    forking.end()


@pytest.fixture(scope="session")
def mongodb_uri() -> Iterator[str]:
    """The server of this test process, started when the first test asks for the database."""
    given = os.environ["MONGODB_URI"]
    if given != NO_MONGODB:
        yield given
        return
    with throwaway_mongod(DATA_DIR / "mongod") as mongod:
        yield mongod.uri


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, mongodb_uri: str) -> None:
    connection.settings_dict["HOST"] = mongodb_uri


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database goes with its server. On a server of your own it stays, and the next run uses it again."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        indexes.ensure_indexes()
        empty_collections()
    yield
    # While a browser is open, Django has another connection in this thread, and tests may have closed its pool.
    connection.connection = None


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """An empty database: all collections, Django's and ours."""
    with django_db_blocker.unblock():
        yield
        empty_collections()


@pytest.fixture
def transactional_db(db: None) -> None:
    """The same, for pytest-django's live server."""


@pytest.fixture(autouse=True)
def _empty_for_marked_tests(request: pytest.FixtureRequest) -> None:
    """`django_db` is as good as `db`, only slower: Django's flush comes on top."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _health_is_looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest_report, "CACHE_SECONDS", 0)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))


def here_before(thing: Stored) -> Stored:
    """Store it as something of old: in one command, and with no news of it in the audit log, which takes five more."""
    QuerySet[Stored](type(thing)).bulk_create([thing])
    return thing


@pytest.fixture
def tenant(db: None) -> Tenant:
    return here_before(Tenant(slug="acme", name="Acme", timezone="UTC"))


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    return here_before(Tenant(slug="globex", name="Globex", timezone="UTC"))


def make_user(name: str, **flags: bool) -> User:
    return here_before(User(username=name, password=make_password(PASSWORD), **flags))


def member(name: str, tenant: Tenant, role: str) -> User:
    user = make_user(name)
    here_before(Membership(user=user, tenant=tenant, role=role))
    return user


@pytest.fixture
def owner(tenant: Tenant) -> User:
    """Admin of the tenant."""
    return member("owner", tenant, Role.ADMIN)


@pytest.fixture
def manager(tenant: Tenant) -> User:
    return member("manager", tenant, Role.MANAGER)


@pytest.fixture
def team_mate(tenant: Tenant) -> User:
    """Viewer of the tenant."""
    return member("team_mate", tenant, Role.VIEWER)


@pytest.fixture
def stranger(other_tenant: Tenant) -> User:
    """Admin of another tenant."""
    return member("stranger", other_tenant, Role.ADMIN)


@pytest.fixture
def superuser(db: None) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def client_of(db: None) -> Callable[[User], Client]:
    """A logged-in client of a user: with the session alone that a log-in leaves, which takes ten commands more."""

    def make(user: User) -> Client:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["signed_in"] = {"address": "127.0.0.1", "agent": "", "at": clock_of_server.now().isoformat()}
        session.save()
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        return client

    return make


@pytest.fixture
def native_source(tenant: Tenant) -> Callable[[str], Source]:
    """Connect the tenant to a helpdesk of the native protocol at an address."""

    def connect(url: str, **values: Any) -> Source:
        return Source.objects.create(tenant=tenant, kind="house", url=url, **values)

    return connect


@pytest.fixture
def helpdesk() -> Iterator[ScriptedHelpdesk]:
    """A helpdesk that does what the test says, empty at first."""
    with ScriptedHelpdesk() as scripted:
        yield scripted


@pytest.fixture
def mongodb_away(db: None) -> Iterator[None]:
    """The same process with a MongoDB that nobody answers for; afterwards the real one again."""
    real = connection.settings_dict
    mongo.close()
    connection.settings_dict = {
        **real,
        "HOST": "mongodb://127.0.0.1:9/?directConnection=true",
        "OPTIONS": {"serverSelectionTimeoutMS": 200, "connectTimeoutMS": 200},
    }
    yield
    mongo.close()
    connection.settings_dict = real
