"""The list of what is left to set up: on the dashboard of a tenant's admins, until it is done or hidden."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import connect_source, finished_job
from tickets.alerts.model import Channel
from tickets.ingestion import setup_checklist

DASHBOARD = "/t/acme/"


def to_do(client: Client) -> list[str]:
    html = client.get(DASHBOARD).content.decode()
    return re.findall(r'<li class="to-do">(?:<a href="[^"]*">)?([^<]*)', html)


def test_each_task_leaves_the_list_when_it_is_done(
    tenant: Tenant, superuser: User, client_of: Callable[[User], Client], django_user_model: type[User]
) -> None:
    client = client_of(superuser)
    every = ["Connect a helpdesk", "Run the first sync", "Choose who is alerted", "Add members"]
    assert to_do(client) == every
    connect_source(tenant, kind="house")
    assert to_do(client) == every[1:]
    finished_job(tenant)
    assert to_do(client) == every[2:]
    Channel.objects.create(tenant=tenant, name="On call", kind="house", address="http://127.0.0.1:9")
    assert to_do(client) == every[3:]
    user = django_user_model.objects.create(username="ann")
    tenant.memberships.create(user=user, role="viewer")
    assert to_do(client) == []
    # What was set up once does not come back.
    Channel.objects.filter(tenant=tenant).delete()
    assert to_do(client) == []


def test_a_failed_sync_is_not_a_first_sync(tenant: Tenant, owner: User, client_of: Callable[[User], Client]) -> None:
    connect_source(tenant, kind="house")
    finished_job(tenant, status="failed", error={"code": "x", "message": "x"})
    assert "Run the first sync" in to_do(client_of(owner))


def test_the_list_can_be_hidden_for_all_admins_of_one_tenant(
    tenant: Tenant, other_tenant: Tenant, owner: User, superuser: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(owner)
    assert to_do(client)
    assert client.post("/t/acme/setup/dismiss/")["Location"] == DASHBOARD
    assert to_do(client) == [] and to_do(client_of(superuser)) == []
    assert setup_checklist.find_checklist(other_tenant)


@pytest.mark.parametrize("name", ["manager", "team_mate"])
def test_only_admins_see_it(name: str, request: pytest.FixtureRequest, client_of: Callable[[User], Client]) -> None:
    client = client_of(request.getfixturevalue(name))
    assert to_do(client) == []
    assert client.post("/t/acme/setup/dismiss/").status_code == 403
    assert mongo.collection(setup_checklist.COLLECTION).count_documents({}) == 0
