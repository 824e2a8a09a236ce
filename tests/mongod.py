"""A MongoDB server for tests, made for speed and thrown away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from supportsaas.ops.embedded_mongod import EmbeddedMongod


@contextmanager
def throwaway_mongod(directory: Path) -> Iterator[EmbeddedMongod]:
    mongod = EmbeddedMongod(directory=directory)
    mongod.start()
    try:
        with MongoClient[dict[str, Any]](mongod.uri) as client:
            _do_not_wait_for_the_journal(client)
            _do_not_expire_documents(client)
        yield mongod
    finally:
        mongod.kill()  # a clean end takes a second and keeps data that nobody needs


def _do_not_wait_for_the_journal(client: "MongoClient[dict[str, Any]]") -> None:
    config = client.admin.command("replSetGetConfig")["config"]
    config["version"] += 1
    config["writeConcernMajorityJournalDefault"] = False
    client.admin.command("replSetReconfig", config)


def _do_not_expire_documents(client: "MongoClient[dict[str, Any]]") -> None:
    """The clocks of the tests are in the past, so MongoDB would delete what they store."""
    client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
