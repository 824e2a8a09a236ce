"""The system page: all vital signs in detail, for superusers."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import finished_job
from tickets.helpdesks.model import Source


def test_it_names_what_is_wrong_and_whom_it_concerns(
    tenant: Tenant, superuser: User, client_of: Callable[[User], Client]
) -> None:
    Source.objects.create(tenant=tenant, url="http://127.0.0.1:9", every_minutes=30)
    finished_job(tenant, status="failed", now=clock.now() - timedelta(minutes=5))
    page = client_of(superuser).get("/system/").content.decode()
    assert "The system does not work as it should." in page
    assert "1 of 1 helpdesks could not be read in their last run." in page
    assert "No worker is running" in page
    assert "<dt>Failed in the last run</dt><dd>acme</dd>" in page


def test_a_well_system(superuser: User, client_of: Callable[[User], Client]) -> None:
    mongo.collection("workers").insert_one({"_id": "host:1", "seen_at": clock.now()})
    page = client_of(superuser).get("/system/").content.decode()
    assert "The system works as it should." in page
    assert "host:1 (seen just now)" in page and "primary" in page


def test_only_superusers_see_the_way_to_it(owner: User, superuser: User, client_of: Callable[[User], Client]) -> None:
    assert "/system/" in client_of(superuser).get("/").content.decode()
    assert "/system/" not in client_of(owner).get("/").content.decode()
