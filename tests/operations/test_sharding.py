"""The sharding in docs/operations.md works: all queries name the tenant, and all unique indexes start with the key.

The queries are those that really go to MongoDB while a tenant is read, browsed, asked by the API and retried.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import indexes
from tenants.models import ApiToken, Role, Tenant, User
from tests.builders import record
from tests.command_log import logged_commands
from tests.faults.conftest import ROOT
from tests.helpdesk import ScriptedHelpdesk
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.run import ingest_tenant
from tickets.jobs import JobRequest

SHARD_KEY = ("tenant_id", "external_id")
SHARDED = ("tickets", "ticket_history")
# The size of a whole collection, asked of all shards at once.
WHOLE = "count"

PAGES = (
    "/", "/t/acme/", "/t/acme/?period=30d", "/t/acme/tickets/", "/t/acme/tickets/?urgency=high&q=refun*&team=a&tag=b", "/t/acme/tickets/T-1/",
    "/t/acme/field-values/?field=tag",
    "/t/acme/customers/", "/t/acme/customers/cust_1/", "/t/acme/ingestion/", "/t/acme/quarantine/",
)  # fmt: skip
CALLS = (
    "/tickets?tenant_id=acme", "/tickets?tenant_id=acme&q=refund&urgency=high", "/tickets/urgent?tenant_id=acme",
    "/tickets/T-1?tenant_id=acme", "/tickets/T-1/history?tenant_id=acme", "/tenants/acme/stats",
)  # fmt: skip


def names_a_tenant(query: Any) -> bool:
    """By equality, or a list of tenants."""
    if not isinstance(query, dict):
        return False
    wanted = query.get("tenant_id")
    if isinstance(wanted, str) or (isinstance(wanted, dict) and list(wanted) in (["$in"], ["$eq"])):
        return True
    return any(names_a_tenant(each) for each in query.get("$and", ()))


def queries_without_tenant(command: str, told: dict[str, Any]) -> list[Any]:
    """The queries of a command without a tenant."""
    if command == "insert":
        return [each for each in told.get("documents", ()) if not isinstance(each.get("tenant_id"), str)]
    if command in ("update", "delete"):
        return [each["q"] for each in told.get("updates", told.get("deletes", ())) if not names_a_tenant(each["q"])]
    if command == "aggregate":
        return [told["pipeline"][:1]] if not names_a_tenant(told["pipeline"][0].get("$match")) else _in_stages(told)
    query = told.get("filter", told.get("query", {}))
    return [] if names_a_tenant(query) or (command == WHOLE and not query) else [query]


def _in_stages(told: dict[str, Any]) -> list[Any]:
    """The pipelines inside of a pipeline that read another collection which is sharded."""
    found = []
    for stage in told["pipeline"]:
        for name, where in (("$lookup", "from"), ("$unionWith", "coll")):
            inner = stage.get(name)
            if isinstance(inner, dict) and inner.get(where) in SHARDED:
                first = (inner.get("pipeline") or [{}])[0].get("$match")
                if not names_a_tenant(first):
                    found.append(stage)
    return found


def test_every_query_names_its_tenant(
    tenant: Tenant, owner: User, helpdesk: ScriptedHelpdesk, client_of: Callable[[User], Client]
) -> None:
    with logged_commands() as commands:
        read_and_browse(tenant, owner, helpdesk, client_of)
    sharded = [(name, body) for name, body in commands if body.get(name) in SHARDED and name != "createIndexes"]
    kinds = {(name, body[name]) for name, body in sharded}
    assert {("insert", "tickets"), ("update", "tickets"), ("find", "tickets"), ("find", "ticket_history")} <= kinds
    assert any(name == "aggregate" for name, _ in kinds)
    assert [(name, each) for name, body in sharded for each in queries_without_tenant(name, body)] == []


def read_and_browse(
    tenant: Tenant, owner: User, helpdesk: ScriptedHelpdesk, client_of: Callable[[User], Client]
) -> None:
    Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url, page_size=2)
    for change in ({}, {"status": "closed"}):
        helpdesk.tickets = [record(f"T-{n}", message="A refund at once, or a lawsuit", **change) for n in range(5)]
        helpdesk.tickets.append({"id": "broken"})
        if change:
            helpdesk.deleted = ["T-4"]
        request = JobRequest(trigger="command", started_by="test", full=True)
        job_id = jobs.begin_at_once(tenant, request, owner_id="here")
        assert ingest_tenant(tenant, request, job_id=job_id, owner_id="here").status == "partial"
    browser = client_of(owner)
    for path in PAGES:
        assert browser.get(path).status_code == 200, path
    text = ApiToken.issue(name="x", user=owner, tenant=None, role=Role.ADMIN)[1]
    program = Client(headers={"Authorization": f"Bearer {text}"})
    for path in CALLS:
        assert program.get(path).status_code == 200, path


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("find", {"filter": {"external_id": "T-1"}}),
        ("find", {"filter": {"tenant_id": {"$ne": "acme"}}}),
        ("find", {"filter": {"$or": [{"tenant_id": "acme"}]}}),
        ("aggregate", {"pipeline": [{"$sort": {"created_at": 1}}, {"$match": {"tenant_id": "acme"}}]}),
        (
            "aggregate",
            {"pipeline": [{"$match": {"tenant_id": "a"}}, {"$unionWith": {"coll": "tickets", "pipeline": []}}]},
        ),
        ("update", {"updates": [{"q": {"tenant_id": "a"}}, {"q": {"_id": 1}}]}),
        ("insert", {"documents": [{"external_id": "T-1"}]}),
    ],
)
def test_a_query_without_the_tenant_would_be_noticed(command: str, told: dict[str, Any]) -> None:
    assert len(queries_without_tenant(command, told)) == 1


def test_the_key_has_an_index_and_is_in_front_of_every_unique_one() -> None:
    """MongoDB shards by no key without an index, and keeps no index unique that does not begin with the key."""
    for name in SHARDED:
        mine = [index for index in indexes.INDEXES if index.collection == name]
        assert any(tuple(key for key, _ in index.keys[:2]) == SHARD_KEY for index in mine)
        for index in mine:
            if index.options.get("unique"):
                assert tuple(key for key, _ in index.keys[:2]) == SHARD_KEY, index.name


def test_the_sharding_document_matches_the_tested_keys() -> None:
    told = re.findall(
        r'sh\.shardCollection\("supportsaas\.(\w+)", \{tenant_id: 1, external_id: 1\}',
        (ROOT / "docs/operations.md").read_text(),
    )
    assert tuple(told) == SHARDED
