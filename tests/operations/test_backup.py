"""Backup and restore in practice: back up, wipe, restore, compare; and everything that can go wrong."""

import gzip
import json
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId
from bson.raw_bson import RawBSONDocument
from django.core.management import CommandError, call_command

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.ops import backup
from supportsaas.ops.backup import BackupError, read_manifest, restore_backup, write_backup
from tenants.models import Tenant, User
from tests.builders import finished_job, store_tickets
from tests.faults.conftest import OwnDatabase
from tickets.helpdesks.model import Source


def fingerprint(database: OwnDatabase) -> dict[str, Any]:
    """Everything in the database: raw documents, options and indexes of every collection."""
    found = mongo.client()[database.name]
    raw = found.with_options(codec_options=found.codec_options.with_options(document_class=RawBSONDocument))
    return {
        info["name"]: (
            info["options"],
            sorted(each.raw for each in raw[info["name"]].find()),
            sorted(json.dumps(index, sort_keys=True, default=str) for index in found[info["name"]].list_indexes()),
        )
        for info in found.list_collections()
    }


def manage(database: OwnDatabase, *arguments: str) -> str:
    ended = database.run(*arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def filled(acme: Tenant, root: User) -> Tenant:
    """Data of every kind: Django tables, tickets, history, runs, and values that only BSON has."""
    source = Source(tenant=acme, kind="house", url="http://127.0.0.1:9", auth="bearer", every_minutes=5)
    source.set_secret("a secret")
    source.save()
    store_tickets(acme, [{"message": f"lawsuit {n} ąß🦩"} for n in range(30)])
    finished_job(acme)
    mongo.collection("sync_state").insert_one(
        {"_id": "odd", "long": Int64(1), "money": Decimal128("1.10"), "id": ObjectId(), "at": clock.now(), "no": None}
    )
    return acme


def test_dump_wipe_restore_gives_exactly_what_was(
    database: OwnDatabase, migrated: None, filled: Tenant, tmp_path: Path
) -> None:
    before = fingerprint(database)
    assert {"tickets", "ticket_history", "tenants_source", "django_migrations", "schedules"} <= set(before)
    told = manage(database, "backup", str(tmp_path / "one"))
    assert f"{sum(len(documents) for _, documents, _ in before.values())} documents" in told

    mongo.client().drop_database(database.name)
    assert fingerprint(database) == {}
    manage(database, "restore", str(tmp_path / "one"))
    assert fingerprint(database) == before
    assert Source.objects.get(tenant__slug="acme").reveal_secret() == "a secret"

    manage(database, "backup", str(tmp_path / "two"))
    sums = [[(p.collection, p.documents) for p in read_manifest(tmp_path / each).parts] for each in ("one", "two")]
    assert sums[0] == sums[1]


def test_a_backup_shows_a_single_moment_while_work_continues(
    database: OwnDatabase, filled: Tenant, tmp_path: Path
) -> None:
    # A pair of collections that a transaction always changes together: `a` is dumped long before `z`.
    for name in ("a", "z"):
        mongo.collection(name).insert_one({"_id": 1, "n": 0})
    mongo.collection("m").insert_many([{"_id": n, "filler": "x" * 2_000} for n in range(5_000)])
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            mongo.in_transaction(
                lambda session: [
                    mongo.collection(name).update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)
                    for name in ("a", "z")
                ]
            )

    worker = threading.Thread(target=work)
    worker.start()
    try:
        write_backup(tmp_path / "backup")
    finally:
        stop.set()
        worker.join()
    mongo.client().drop_database(database.name)
    restore_backup(tmp_path / "backup")
    numbers = [(mongo.collection(name).find_one({"_id": 1}) or {})["n"] for name in ("a", "z")]
    assert numbers[0] == numbers[1]


def test_backup_and_restore_use_constant_memory(database: OwnDatabase, tmp_path: Path) -> None:
    for n in range(12):
        mongo.collection("m").insert_many([{"n": n, "filler": f"{n}.{k}" * 500} for k in range(2_000)])
    size = mongo.database().command("collStats", "m")["size"]
    assert size > 40_000_000
    tracemalloc.start()
    try:
        write_backup(tmp_path / "backup")
        restore_backup(tmp_path / "backup", drop=True)
        assert tracemalloc.get_traced_memory()[1] < size / 2
    finally:
        tracemalloc.stop()
    assert mongo.collection("m").count_documents({}) == 24_000


class TestLimits:
    def test_a_document_of_the_largest_size_goes_there_and_back(self, database: OwnDatabase, tmp_path: Path) -> None:
        largest = 16 * 1024 * 1024 - 100
        mongo.collection("m").insert_one({"_id": 1, "filler": "x" * largest})
        write_backup(tmp_path / "backup")
        restore_backup(tmp_path / "backup", drop=True)
        assert len((mongo.collection("m").find_one({"_id": 1}) or {})["filler"]) == largest

    def test_writes_after_the_snapshot_are_not_in_the_backup(self, database: OwnDatabase, tmp_path: Path) -> None:
        mongo.collection("a").insert_one({"_id": 1})
        mongo.collection("z").insert_one({"_id": 1})

        def change(collection: str, _documents: int) -> None:
            if collection == "a":
                mongo.collection("z").insert_one({"_id": 2})
                mongo.collection("z").delete_one({"_id": 1})

        write_backup(tmp_path / "backup", report=change)
        assert [each["_id"] for each in mongo.collection("z").find()] == [2]
        restore_backup(tmp_path / "backup", drop=True)
        assert [each["_id"] for each in mongo.collection("z").find()] == [1]

    def test_a_backup_that_outlasts_its_snapshot_ends_with_a_sentence(
        self, database: OwnDatabase, tmp_path: Path
    ) -> None:
        for name in ("a", "z"):
            mongo.collection(name).insert_one({"_id": 1})
        admin = mongo.client().admin
        setting = "minSnapshotHistoryWindowInSeconds"
        before = admin.command({"getParameter": 1, setting: 1})[setting]

        def outlast(collection: str, _documents: int) -> None:
            if collection == "a":  # MongoDB forgets what is older than a moment
                admin.command({"setParameter": 1, setting: 0})
                for n in range(50):
                    mongo.collection("other").insert_one({"n": n})
                admin.command("fsync")

        try:
            with pytest.raises(BackupError, match=r"longer than MongoDB keeps a snapshot .* use mongodump"):
                write_backup(tmp_path / "backup", report=outlast)
        finally:
            admin.command({"setParameter": 1, setting: before})
        assert not (tmp_path / "backup").exists()
        assert (tmp_path / "backup.partial").exists()

    def test_the_command_recommends_mongodump_for_a_large_database(
        self, database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        mongo.collection("m").insert_one({"filler": "x" * 1_000})
        call_command("backup", str(tmp_path / "small"))
        assert capsys.readouterr().err == ""
        monkeypatch.setattr("supportsaas.management.commands.backup.LARGE_BYTES", 500)
        call_command("backup", str(tmp_path / "large"))
        assert "use mongodump or a disk snapshot" in capsys.readouterr().err


class TestRefusals:
    @pytest.fixture
    def saved(self, filled: Tenant, tmp_path: Path) -> Path:
        write_backup(tmp_path / "saved")
        return tmp_path / "saved"

    def test_a_database_that_is_not_empty_is_left_alone(self, database: OwnDatabase, saved: Path) -> None:
        mongo.collection("tickets").delete_one({"external_id": "T-1"})
        before = fingerprint(database)
        with pytest.raises(BackupError, match=r"not empty .* --drop"):
            restore_backup(saved)
        assert fingerprint(database) == before
        restore_backup(saved, drop=True)
        assert mongo.collection("tickets").count_documents({"external_id": "T-1"}) == 1

    @pytest.mark.parametrize("name", ["tickets.bson.gz", "tickets.metadata.json"])
    def test_a_damaged_backup_is_rejected_before_anything_is_dropped(
        self, name: str, database: OwnDatabase, saved: Path
    ) -> None:
        before = fingerprint(database)
        damaged = bytearray((saved / name).read_bytes())
        damaged[len(damaged) // 2] ^= 1
        (saved / name).write_bytes(damaged)
        with pytest.raises(BackupError, match="“tickets” are damaged"):
            restore_backup(saved, drop=True)
        (saved / name).unlink()
        with pytest.raises(BackupError, match="“tickets” are damaged"):
            restore_backup(saved, drop=True)
        assert fingerprint(database) == before

    def test_a_backup_that_did_not_finish_is_none(self, saved: Path) -> None:
        (saved / "manifest.json").unlink()
        with pytest.raises(BackupError, match="not a complete backup"):
            restore_backup(saved, drop=True)

    def test_a_backup_overwrites_no_other_backup(self, saved: Path) -> None:
        with pytest.raises(BackupError, match="already exists"):
            write_backup(saved)

    def test_a_restore_is_rejected_while_a_worker_is_running(self, saved: Path) -> None:
        mongo.collection("workers").insert_one({"_id": "w", "seen_at": clock.now()})
        with pytest.raises(CommandError, match="Stop the workers"):
            call_command("restore", str(saved), "--drop")

    def test_a_restore_that_stopped_half_way_says_so_and_can_be_restarted(
        self, database: OwnDatabase, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = fingerprint(database)

        def stop(collection: str, _documents: int) -> None:
            if collection == "tenants_source":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            restore_backup(saved, drop=True, report=stop)
        assert backup.is_half_restored()
        with pytest.raises(BackupError, match="did not finish"):
            write_backup(saved.with_name("another"))
        restore_backup(saved, drop=True)
        assert fingerprint(database) == before


def test_a_backup_is_readable_by_its_owner_alone_and_holds_no_key(
    filled: Tenant, tmp_path: Path, settings: Any
) -> None:
    write_backup(tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").iterdir()} == {0o600}
    whole = b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in (tmp_path / "backup").iterdir()
    )
    assert b"a secret" not in whole and settings.ENCRYPTION_KEYS[0].encode() not in whole
