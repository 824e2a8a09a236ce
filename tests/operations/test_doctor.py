"""`manage.py doctor` on a well installation and on ones where something is wrong."""

from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from pymongo import MongoClient

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.ops import child_process, doctor
from supportsaas.ops.embedded_mongod import EmbeddedMongod
from tenants.models import Tenant, User
from tests.conftest import make_user
from tests.faults.conftest import OwnDatabase
from tickets.helpdesks.model import Source


def ask(database: OwnDatabase, data_dir: Path, **environment: str) -> tuple[int, str]:
    ended = database.run("doctor", SUPPORTSAAS_DATA_DIR=str(data_dir), USE_HTTPS="1", **environment)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def complaints(check: doctor.Check) -> str:
    return " ".join(each.sentence for each in check())


def test_it_is_content_with_a_well_installation_and_finds_a_wrong_key(
    database: OwnDatabase, migrated: None, data_dir: Path
) -> None:
    mongo.collection("workers").insert_one({"_id": "w", "seen_at": clock.now()})
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    source = Source(tenant=tenant, kind="house", url="http://127.0.0.1:9")
    source.set_secret("pelican-canary")
    source.save()
    status, told = ask(database, data_dir)
    assert (status, told.count(": well")) == (0, len(doctor.CHECKS)), told
    status, told = ask(database, data_dir, ENCRYPTION_KEY=Fernet.generate_key().decode())
    assert status == 1
    assert "1 stored credentials cannot be decrypted with the configured ENCRYPTION_KEY." in told
    assert "pelican-canary" not in told


def test_it_finds_everything_wrong_at_once(database: OwnDatabase, tmp_path: Path) -> None:
    mongo.collection("tickets").drop_index("tenant_id_external_id")
    status, told = ask(database, tmp_path, DEBUG="0")
    assert status == 1
    assert "migrations are pending (" in told
    assert "1 indexes are missing (tickets.tenant_id_external_id): manage.py ensure_indexes" in told
    assert "manage.py collectstatic" in told
    assert "No worker is running" in told


def test_an_unreachable_database_is_a_sentence(database: OwnDatabase, tmp_path: Path) -> None:
    status, told = ask(database, tmp_path, MONGODB_URI="mongodb://127.0.0.1:9")
    assert status == 1 and "error: The database is not reachable" in told


def test_an_index_that_is_not_as_declared(database: OwnDatabase) -> None:
    assert complaints(doctor.check_indexes) == ""
    tickets = mongo.collection("tickets")
    tickets.drop_index("tenant_id_external_id")
    tickets.create_index([("tenant_id", 1), ("external_id", 1)], name="tenant_id_external_id")  # not unique
    assert "tickets.tenant_id_external_id is not as it is declared" in complaints(doctor.check_indexes)


def test_a_mongodb_that_is_no_replica_set(tmp_path: Path, django_db_blocker: Any) -> None:
    with EmbeddedMongod(directory=tmp_path, replica_set=None) as mongod:
        with MongoClient[Any](mongod.uri) as client:
            assert "setName" not in client.admin.command("hello")
        with django_db_blocker.unblock():
            own = OwnDatabase(mongod.uri).enter()
            try:
                assert "does not run as a replica set" in complaints(doctor.check_server)
                assert "does not run as a replica set" in complaints(doctor.check_vital_signs)
            finally:
                own.leave()


def test_settings_that_are_not_for_production(settings: Any) -> None:
    settings.DEBUG, settings.USE_HTTPS = True, False
    assert "DEBUG is on" in complaints(doctor.check_settings)
    assert "USE_HTTPS is off" in complaints(doctor.check_settings)
    settings.DEBUG, settings.USE_HTTPS = False, True
    assert complaints(doctor.check_settings) == ""


def test_demo_accounts_and_a_proxy_that_nobody_counts_are_told(database: OwnDatabase, settings: Any) -> None:
    settings.USE_HTTPS, settings.TRUSTED_PROXIES, settings.DEMO = True, 0, False
    make_user("manager")
    demo = PBKDF2PasswordHasher().encode("demo-admin", "salt", iterations=1000)
    User.objects.create(username="admin", password=demo, is_superuser=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    told_of = {name: [each.sentence for each in found] for name, found in doctor.examine()}
    assert any("TRUSTED_PROXIES" in each for each in told_of["Proxies"])
    (told,) = told_of["Accounts"]
    assert told.startswith("Anybody can log in as admin:")
    ended = database.run(
        "check", "--deploy", USE_HTTPS="1", SECRET_KEY="x9" * 40, ALLOWED_HOSTS="a.example", TRUSTED_PROXIES=""
    )
    assert "supportsaas.I001" in ended.stderr and "supportsaas.W002" in ended.stderr
    settings.TRUSTED_PROXIES = 1
    User.objects.get(username="admin").delete()
    told_of = {name: [each.sentence for each in found] for name, found in doctor.examine()}
    assert not any("TRUSTED_PROXIES" in each for each in told_of["Proxies"]) and told_of["Accounts"] == []


def test_the_demo_leaves_a_database_in_use_alone(database: OwnDatabase) -> None:
    make_user("ann")
    ended = database.run("demo", "--helpdesk-port", "0", PORT=str(child_process.free_port()))
    assert ended.returncode != 0
    assert "1 people and 0 tenants" in ended.stderr and "Nothing was changed" in ended.stderr
    assert list(User.objects.values_list("username", flat=True)) == ["ann"]
