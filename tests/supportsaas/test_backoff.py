"""Waits that grow with every failure, computed in Python and by MongoDB."""

from datetime import timedelta

import pytest

from supportsaas.db import mongo
from supportsaas.reliability.backoff import Backoff

BACKOFFS = [Backoff(2.0), Backoff(1.0, cap=900.0), Backoff(60.0, factor=3.0, cap=86_400.0)]


def test_the_wait_doubles_with_every_failure_up_to_the_cap() -> None:
    backoff = Backoff(60.0, cap=300.0)
    assert [backoff.seconds(failures) for failures in range(6)] == [0.0, 60.0, 120.0, 240.0, 300.0, 300.0]


def test_thousands_of_failures_wait_for_the_cap() -> None:
    assert Backoff(60.0, cap=300.0).seconds(100_000) == 300.0
    assert Backoff.between(timedelta(minutes=5), timedelta(days=1)).pause(100_000) == timedelta(days=1)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("backoff", BACKOFFS, ids=str)
def test_mongodb_computes_the_same_waits(backoff: Backoff) -> None:
    failures = [0, 1, 2, 3, 8, 30]
    mongo.collection("locks").insert_one({"_id": "backoff"})
    rows = mongo.collection("locks").aggregate(
        [
            {"$match": {"_id": "backoff"}},
            {"$project": {"waits": [backoff.milliseconds({"$literal": each}) for each in failures]}},
        ]
    )
    assert next(rows)["waits"] == [backoff.seconds(each) * 1000 for each in failures]
