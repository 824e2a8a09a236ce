"""Every query of the statistics names its tenant first, and is served by an index."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from analytics.dashboard.customers import Chosen, choose, customer_branch, customer_facets
from analytics.dashboard.keywords import keyword_branch
from analytics.dashboard.query_scope import Branch, Ground
from analytics.dashboard.union_parts import Span, age_branches, hour_branches, later_branches, period_branches
from analytics.overview import overview_branches, runs_pipeline
from analytics.periods import Period, Unit, buckets_of
from analytics.rollups.counting import Day, counts_pipeline, flows_pipeline, words_pipeline
from analytics.rollups.refreshing import refresh
from analytics.rollups.top_customers import leader_days_pipeline, leaders_pipeline
from analytics.rollups.view import rollup_view, rollup_views
from supportsaas.db import mongo
from supportsaas.db.mongo import Pipeline
from tenants.models import Tenant
from tests.builders import NOON, store_tickets

DAY = timedelta(days=1)


def reads(pipeline: Pipeline) -> Iterator[dict[str, Any]]:
    """The first stage of the pipeline and of every pipeline in it that reads a collection anew."""
    yield pipeline[0]
    for stage in pipeline:
        for name, content in stage.items():
            if name in ("$lookup", "$unionWith"):
                yield from reads(content["pipeline"])
            elif name == "$facet":
                for branch in content.values():
                    for each in branch:
                        yield from list(reads([{}, each]))[1:]


@pytest.fixture(params=["rolled up", "from the tickets"])
def branches(request: pytest.FixtureRequest, tenant: Tenant) -> list[Branch]:
    """Everything the dashboard and the API read, with marked days, hours and edges of all kinds."""
    many = [
        {"id": f"T-{n}", "customer_id": f"c_{n % 20}", "created_at": (NOON - n * DAY / 3).isoformat()}
        for n in range(60)
    ]
    store_tickets(tenant, many)
    refresh(tenant, now=NOON)
    store_tickets(tenant, [{"id": "late", "created_at": (NOON - 3 * DAY).isoformat()}])
    period = Period(NOON - 12 * DAY + timedelta(minutes=20), NOON + timedelta(minutes=40))
    found: list[Branch] = []
    with rollup_view(tenant, now=NOON, use=request.param == "rolled up") as view:
        for sources in ((), ("email",)):
            ground = Ground(view, sources)
            for unit in (Unit.HOUR, Unit.DAY):
                edges = buckets_of(period, tenant.zone, unit).edges
                span = Span.of(ground, period, period.previous, edges, by_hour=unit is Unit.HOUR)
                found += [*period_branches(ground, span), *filter(None, [keyword_branch(ground, span)])]
            found += [
                *later_branches(ground, period.start),
                *later_branches(ground, period.end),
                *hour_branches(ground, period),
            ]
            found += age_branches(ground, [NOON - 7 * DAY, NOON - DAY])
            found += [customer_branch(ground, period, choose(ground, period))]
            found += [customer_branch(ground, period, Chosen(None))]
    return found


def test_whatever_reads_a_collection_names_the_tenant_first(branches: list[Branch], tenant: Tenant) -> None:
    for branch in branches:
        for first in reads(branch.pipeline):
            assert first["$match"]["tenant_id"] == tenant.slug


def test_so_do_the_pipelines_of_the_overview_and_of_the_keepers(tenant: Tenant) -> None:
    day = Day.of(NOON.toordinal(), tenant.zone)
    with rollup_view(tenant, now=NOON) as view:
        speaking = customer_facets(Ground(view, ()), Period(NOON - DAY, NOON), tickets=3)["at_risk"]
    one: list[Pipeline] = [
        *(pipeline(tenant.slug, day) for pipeline in (counts_pipeline, flows_pipeline, words_pipeline)),
        leaders_pipeline(tenant.slug),
        leader_days_pipeline(tenant.slug, ["c_1"], [day]),
        [{"$match": {"tenant_id": tenant.slug}}, *speaking],
    ]
    for pipeline in one:
        for first in reads(pipeline):
            assert first["$match"]["tenant_id"] == tenant.slug
    with rollup_views([tenant], now=NOON) as views:
        many = [branch.pipeline for branch in overview_branches(views, now=NOON)]
    for pipeline in (*many, runs_pipeline([tenant.slug])):
        for first in reads(pipeline):
            assert first["$match"]["tenant_id"] == {"$in": [tenant.slug]}


def test_every_read_is_served_by_an_index(branches: list[Branch]) -> None:
    for branch in branches:
        command = {"aggregate": branch.collection, "pipeline": branch.pipeline, "cursor": {}}
        plan = json.dumps(mongo.database().command({"explain": command, "verbosity": "queryPlanner"}), default=str)
        assert any(stage in plan for stage in ("IXSCAN", "COUNT_SCAN", "EOF")), branch
        assert "COLLSCAN" not in plan, branch
