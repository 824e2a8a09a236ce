"""Every query of the statistics names its tenants first, and is served by an index."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from analytics.dashboard import customers
from analytics.dashboard.statistics import StatisticsStore
from analytics.overview import last_runs, tenant_numbers
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tests.builders import NOON, store_tickets
from tests.command_log import logged_commands
from tickets.records.buckets import Unit, buckets_of
from tickets.records.period import Period

DAY = timedelta(days=1)
READ_BY_STATISTICS = (
    "tickets",
    "ingestion_logs",
    "rollup_numbers",
    "rollup_words",
    "rollup_clocks",
    "rollup_work",
    "customer_counts",
)
PERIOD = Period(NOON - 12 * DAY + timedelta(minutes=20), NOON + timedelta(minutes=40))


@pytest.fixture(params=["rolled up", "from the tickets"])
def aggregations(request: pytest.FixtureRequest, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> list[Document]:
    """What is asked of MongoDB while everything is read that has statistics.

    The period begins and ends in the middle of a day.
    """
    store_tickets(
        tenant,
        [
            {"id": f"T-{n}", "customer_id": f"c_{n % 20}", "created_at": (NOON - n * DAY / 3).isoformat()}
            for n in range(60)
        ],
    )
    monkeypatch.setattr(customers, "FEW_TICKETS", 0)  # so that the first customers are counted as of many
    with logged_commands() as commands:
        store_tickets(tenant, [{"id": "late", "created_at": (NOON - 3 * DAY).isoformat()}])
        read_everything(tenant, use_rollups=request.param == "rolled up")
    return [body for name, body in commands if name == "aggregate" and body["aggregate"] in READ_BY_STATISTICS]


def read_everything(tenant: Tenant, *, use_rollups: bool) -> None:
    statistics = StatisticsStore(tenant, use_rollups=use_rollups)
    for sources in ((), ("email",)):
        for unit in (Unit.HOUR, Unit.DAY):
            buckets = buckets_of(PERIOD, tenant.zone, unit)
            assert statistics.dashboard(buckets, comparison=PERIOD.previous, sources=sources, now=NOON).totals.total
    assert statistics.api(start=None, end=None).total_tickets == 61
    assert statistics.api(start=PERIOD.start, end=PERIOD.end).total_tickets
    (numbers,) = tenant_numbers([tenant], now=NOON, use_rollups=use_rollups)
    assert numbers.open == 61
    assert last_runs([tenant]) == {}


def reads(pipeline: Pipeline) -> Iterator[Document]:
    """The first stage of the pipeline, and of every pipeline in it that reads another collection."""
    yield pipeline[0]
    yield from reads_inside(pipeline)


def reads_inside(pipeline: Pipeline) -> Iterator[Document]:
    for stage in pipeline:
        for name, content in stage.items():
            if name in ("$lookup", "$unionWith"):
                yield from reads(content["pipeline"])
            elif name == "$facet":
                for branch in content.values():
                    yield from reads_inside(branch)


def test_every_read_names_its_tenants_first(aggregations: list[Document], tenant: Tenant) -> None:
    assert {each["aggregate"] for each in aggregations} >= {"tickets", "ingestion_logs"}
    for each in aggregations:
        for first in reads(each["pipeline"]):
            assert first["$match"]["tenant_id"] in (tenant.slug, {"$in": [tenant.slug]})


def test_every_read_is_served_by_an_index(aggregations: list[Document]) -> None:
    for each in aggregations:
        command: Document = {name: each[name] for name in ("aggregate", "pipeline", "hint") if name in each}
        explain: Document = {"explain": {**command, "cursor": {}}, "verbosity": "queryPlanner"}
        plan = json.dumps(mongo.database().command(explain), default=str)
        assert any(stage in plan for stage in ("IXSCAN", "COUNT_SCAN", "DISTINCT_SCAN", "EOF")), command
        assert "COLLSCAN" not in plan, command
