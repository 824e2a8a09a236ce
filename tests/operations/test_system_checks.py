"""System checks and `manage.py doctor`, on a healthy installation and on ones with something wrong."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.contrib import admin
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.checks import Tags, run_checks
from pymongo import MongoClient

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.ops import child_process, system_checks
from supportsaas.ops.embedded_mongod import EmbeddedMongod
from supportsaas.ops.system_checks import Check
from tenants.accounts.system_checks import check_demo_accounts
from tenants.models import Tenant, User
from tests.conftest import make_user
from tests.faults.conftest import OwnDatabase
from tickets.helpdesks.model import Source

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "USE_HTTPS": "1",
    "TRUSTED_PROXIES": "1",
    "SECRET_KEY": "x9-Qw_7zK" * 6,
    "ALLOWED_HOSTS": "a.example",
    "PUBLIC_URL": "https://a.example",
}


def run_doctor(database: OwnDatabase, data_dir: Path, **environment: str) -> tuple[int, str]:
    ended = database.run("doctor", SUPPORTSAAS_DATA_DIR=str(data_dir), **{**PRODUCTION, **environment})
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout


def ids(check: Check) -> list[str | None]:
    return [each.id for each in check()]


def ids_in(text: str, word: str) -> set[str]:
    return set(re.findall(rf"^{word} +(\S+)", text, re.MULTILINE))


def test_every_id_is_documented() -> None:
    section = (ROOT / "docs/operations.md").read_text().partition("## System checks\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(supportsaas\.\w+)`", section, re.MULTILINE)) == set(system_checks.TITLES)


def test_a_healthy_installation_is_ok_and_a_wrong_key_is_found(
    database: OwnDatabase, migrated: None, data_dir: Path
) -> None:
    mongo.collection("workers").insert_one({"_id": "w", "seen_at": clock.now()})
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    source = Source(tenant=tenant, kind="house", url="http://127.0.0.1:9")
    source.set_secret("pelican-canary")
    source.save()
    status, output = run_doctor(database, data_dir)
    assert (status, ids_in(output, "ok")) == (0, set(system_checks.TITLES)), output
    status, output = run_doctor(database, data_dir, ENCRYPTION_KEY=Fernet.generate_key().decode())
    assert (status, ids_in(output, "FAIL")) == (1, {"supportsaas.E004"})
    assert "1 stored credentials cannot be decrypted with the configured ENCRYPTION_KEY." in output
    assert "pelican-canary" not in output


def test_everything_wrong_is_found_at_once_with_what_to_do(database: OwnDatabase, tmp_path: Path) -> None:
    mongo.collection("tickets").drop_index("tenant_id_external_id")
    status, output = run_doctor(database, tmp_path, USE_HTTPS="0")
    assert status == 1
    assert "1 indexes are missing (tickets.tenant_id_external_id).\n      Run: manage.py ensure_indexes\n" in output
    assert "No worker is running" in output
    failed = {f"supportsaas.W00{n}" for n in (1, 3, 6, 8, 9)}
    assert failed <= ids_in(output, "FAIL")
    assert "security.W008" in ids_in(output, "FAIL"), "Django's own checks too"


def test_system_checks_without_database_run_while_mongodb_is_unreachable(database: OwnDatabase, tmp_path: Path) -> None:
    status, output = run_doctor(database, tmp_path, MONGODB_URI="mongodb://127.0.0.1:9")
    assert status == 1
    assert {"supportsaas.E001", "supportsaas.W006", "supportsaas.W009"} == ids_in(output, "FAIL")
    assert "supportsaas.W001" in ids_in(output, "-")
    assert "supportsaas.W007" in ids_in(output, "ok")


def test_checks_ask_the_database_only_if_asked_to(database: OwnDatabase) -> None:
    mongo.collection("tickets").drop_index("tenant_id_external_id")
    assert "supportsaas.W003" in {each.id for each in run_checks(include_deployment_checks=True, databases=["default"])}
    found = {each.id for each in run_checks(include_deployment_checks=True)}
    assert not found & system_checks.NEED_DATABASE
    # What `migrate` runs before it migrates.
    assert not [each for each in run_checks(databases=["default"]) if str(each.id).startswith("supportsaas.")]


def test_the_pages_of_the_admin_are_registered_and_right() -> None:
    """`manage.py check` may come to them before anything has imported them."""
    import_module(django_settings.ROOT_URLCONF)
    assert admin.site.is_registered(Tenant)
    assert run_checks(tags=[Tags.admin]) == []


def test_an_index_that_is_not_as_declared(database: OwnDatabase) -> None:
    assert ids(system_checks.check_indexes) == []
    tickets = mongo.collection("tickets")
    tickets.drop_index("tenant_id_external_id")
    tickets.create_index([("tenant_id", 1), ("external_id", 1)], name="tenant_id_external_id")  # not unique
    (found,) = system_checks.check_indexes()
    assert found.id == "supportsaas.W004"
    assert "tickets.tenant_id_external_id is not as it is declared" in found.msg


def test_a_standalone_mongodb_fails_the_system_check(tmp_path: Path, django_db_blocker: Any) -> None:
    with EmbeddedMongod(directory=tmp_path, replica_set=None) as mongod:
        with MongoClient[Any](mongod.uri) as client:
            assert "setName" not in client.admin.command("hello")
        with django_db_blocker.unblock():
            own = OwnDatabase(mongod.uri).enter()
            try:
                assert ids(system_checks.check_server) == ["supportsaas.E003"]
                assert "does not run as a replica set" in " ".join(each.msg for each in system_checks.check_health())
            finally:
                own.leave()


def test_settings_that_are_not_for_production(settings: Any) -> None:
    settings.DEBUG, settings.USE_HTTPS, settings.TRUSTED_PROXIES, settings.PUBLIC_URL_IS_SET = True, False, 0, False
    assert ids(system_checks.check_settings) == ["supportsaas.W007", "supportsaas.W010", "supportsaas.W008"]
    settings.PUBLIC_URL_IS_SET = True
    settings.DEBUG, settings.USE_HTTPS = False, True
    assert ids(system_checks.check_settings) == ["supportsaas.I001"]
    settings.TRUSTED_PROXIES = 1
    assert ids(system_checks.check_settings) == []


def test_accounts_of_the_demo_are_found(database: OwnDatabase, settings: Any) -> None:
    settings.DEMO = False
    make_user("manager")
    demo = PBKDF2PasswordHasher().encode("demo-admin", "salt", iterations=1000)
    User.objects.create(username="admin", password=demo, is_superuser=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    (found,) = check_demo_accounts()
    assert found.msg.startswith("Anybody can sign in as admin:")
    ended = database.run("check", "--deploy", "--database", "default", **{**PRODUCTION, "TRUSTED_PROXIES": ""})
    assert "supportsaas.I001" in ended.stderr and "supportsaas.W002" in ended.stderr
    User.objects.get(username="admin").delete()
    assert ids(check_demo_accounts) == []


def test_the_demo_leaves_a_database_in_use_alone(database: OwnDatabase) -> None:
    make_user("ann")
    ended = database.run("demo", "--helpdesk-port", "0", PORT=str(child_process.free_port()))
    assert ended.returncode != 0
    assert "1 user and 0 tenants" in ended.stderr and "Nothing was changed" in ended.stderr
    assert list(User.objects.values_list("username", flat=True)) == ["ann"]
