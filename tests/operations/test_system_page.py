"""The system page shows superusers all health checks in detail."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import connect_source, finished_job


def test_the_system_page_names_problems_and_the_tenants_they_affect(
    tenant: Tenant, superuser: User, client_of: Callable[[User], Client]
) -> None:
    connect_source(tenant, every_minutes=30)
    finished_job(tenant, status="failed", now=clock.now() - timedelta(minutes=5))
    page = client_of(superuser).get("/system/").content.decode()
    assert "Problems found, see below." in page
    assert "1 of 1 helpdesks could not be read in their last run." in page
    assert "No worker is running" in page
    assert "<dt>Failed in the last run</dt><dd>acme</dd>" in page


def test_the_system_page_of_a_healthy_system_reports_no_problem(
    superuser: User, client_of: Callable[[User], Client]
) -> None:
    mongo.collection("workers").insert_one({"_id": "host:1", "seen_at": clock.now()})
    page = client_of(superuser).get("/system/").content.decode()
    assert "All systems operational." in page
    assert "host:1 (seen just now)" in page and "primary" in page


def test_only_superusers_see_a_link_to_the_system_page(
    owner: User, superuser: User, client_of: Callable[[User], Client]
) -> None:
    assert "/system/" in client_of(superuser).get("/").content.decode()
    assert "/system/" not in client_of(owner).get("/").content.decode()
