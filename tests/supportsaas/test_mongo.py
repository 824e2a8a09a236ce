"""Access to MongoDB: counting with an index, retrying after a broken connection, and error types."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pymongo
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, ExecutionTimeout, NetworkTimeout

from supportsaas.db import mongo
from tenants.models import Tenant

pytestmark = pytest.mark.usefixtures("db")
ORDER = "order_of_the_test"


@pytest.fixture(autouse=True)
def _numbers(db: None) -> Iterator[None]:
    numbers = mongo.collection("locks")
    numbers.create_index("number", name=ORDER)
    numbers.insert_many([{"number": number % 5} for number in range(20)])
    yield
    numbers.drop_index(ORDER)


def count(number: int, *, most: int | None = None) -> int:
    return mongo.count("locks", {"number": {"$lt": number}}, index=ORDER, most=most)


def break_the_connection() -> None:
    """The connection of the last command, which the next one reuses."""
    port = int(mongo.database().command("whatsmyuri")["you"].rpartition(":")[2])
    for each in Path("/proc/self/fd").iterdir():
        if each.is_socket():
            with socket.socket(fileno=os.dup(int(each.name))) as found:
                if found.family == socket.AF_INET and found.getsockname()[1] == port:
                    found.shutdown(socket.SHUT_RDWR)


def test_count_counts_what_matches_and_no_more_than_the_limit() -> None:
    assert (count(2), count(0), count(2, most=3), count(2, most=8)) == (8, 0, 3, 8)


def test_a_count_whose_connection_broke_is_asked_once_more() -> None:
    break_the_connection()
    with pytest.raises(AutoReconnect):  # as it goes without
        mongo.database().command({"count": "locks"})
    break_the_connection()
    assert count(2) == 8


class TestErrors:
    """Only an unreachable database counts as unreachable, not other errors."""

    def test_a_duplicate_key_is_not_mistaken_for_an_unreachable_database(self, tenant: Tenant) -> None:
        with pytest.raises(IntegrityError) as caught:
            Tenant.objects.create(slug=tenant.slug, name="Another")
        assert not isinstance(caught.value, mongo.UNAVAILABLE)

    def test_an_invalid_query_is_not_mistaken_for_an_unreachable_database(self) -> None:
        with pytest.raises(DatabaseError) as caught:
            list(Tenant.objects.filter(slug__regex="*"))
        assert not isinstance(caught.value, mongo.UNAVAILABLE)

    def test_a_slow_query_is_distinguished_from_an_unreachable_server(self) -> None:
        slow = {"$where": "sleep(300) || true"}
        with pymongo.timeout(0.5), pytest.raises(mongo.UNAVAILABLE) as caught:
            list(mongo.collection("locks").find(slow))
        assert mongo.took_too_long(caught.value)
        assert not mongo.took_too_long(AutoReconnect("gone"))

    def test_a_timeout_counts_as_slow_whether_server_or_driver_notices_first(self) -> None:
        slow = mongo.collection("locks").find({"$where": "sleep(300) || true"})
        with pytest.raises(ExecutionTimeout) as of_the_server:
            list(slow.clone().max_time_ms(400))
        assert mongo.took_too_long(of_the_server.value)
        of_the_driver = NetworkTimeout("timed out")
        assert mongo.took_too_long(of_the_driver)
        of_the_engine = OperationalError("timed out")
        of_the_engine.__cause__ = of_the_driver
        assert mongo.took_too_long(of_the_engine)

    def test_a_server_that_cannot_be_connected_to_did_not_take_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts connections and never answers
            address = f"mongodb://127.0.0.1:{silent.getsockname()[1]}/"
            with MongoClient[mongo.Document](address, serverSelectionTimeoutMS=300) as away:
                monkeypatch.setattr(mongo, "client", lambda: away)
                with pytest.raises(mongo.UNAVAILABLE) as caught:
                    mongo.assert_reachable()
                assert not mongo.took_too_long(caught.value)
                assert not mongo.took_too_long(NetworkTimeout("timed out"))
