"""A screenshot or a print of any page of a tenant says whose numbers it shows."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import Tenant, User
from tenants.switching import PAGES
from tests.builders import store_tickets

ClientOf = Callable[[User], Client]

MORE = (
    "targets", "saved-views", "target-add", "rule-add", "number-alert-add", "saved-view-add", "file-import",
    "settings-source", "settings-channels", "settings-hours", "settings-source-new", "settings-hooks",
)  # fmt: skip
"""Pages of managers and admins."""


def assert_named(html: str) -> None:
    heading = re.search(r"<h1\b[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert heading and "Acme" in heading[1]
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    assert title and "Acme" in title[1]


@pytest.mark.parametrize("page", sorted((*PAGES, *MORE)))
def test_the_heading_and_the_title_name_the_tenant(page: str, tenant: Tenant, owner: User, client_of: ClientOf) -> None:
    answer = client_of(owner).get(reverse(page, args=["acme"]), follow=True)
    assert answer.status_code == 200
    assert_named(answer.content.decode())


def test_so_do_those_of_a_ticket_and_of_a_customer(tenant: Tenant, owner: User, client_of: ClientOf) -> None:
    (id_,) = store_tickets(tenant, [{"customer_id": "c1"}])
    client = client_of(owner)
    assert_named(client.get(f"/t/acme/tickets/{id_}/").content.decode())
    assert_named(client.get("/t/acme/customers/c1/").content.decode())
