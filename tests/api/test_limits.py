"""The rate limit of tokens and users: shown in every response, enforced with 429, shared by all processes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.api.caller import Api, token_of

pytestmark = pytest.mark.usefixtures("db")

LIMIT, LEFT, RESET = "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"


def test_an_api_call_over_the_limit_is_429_and_changes_nothing(owner: User, tenant: Tenant, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    api = Api(token_of(owner))
    assert [api.ask("GET", "/ingest/status", tenant_id="acme")[LEFT] for _ in range(3)] == ["2", "1", "0"]
    refused = api.ask("POST", "/ingest/run", tenant_id="acme", wait=0)
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 20
    assert (refused[LIMIT], refused[LEFT]) == ("3", "0") and 0 < int(refused[RESET]) <= 60
    assert "3 requests per minute" in refused.json()["detail"]
    assert mongo.collection("ingestion_logs").count_documents({}) == 0


def test_every_api_response_shows_the_limit_including_rejections_and_304(owner: User, tenant: Tenant) -> None:
    api = Api(token_of(owner))
    first = api.ask("GET", "/tickets", tenant_id="acme")
    for response in (
        first,
        api.ask("GET", "/tickets", headers={"If-None-Match": first["ETag"]}, tenant_id="acme"),
        api.ask("GET", "/tickets", tenant_id="nobody"),
        api.ask("GET", "/tickets", tenant_id="acme", page=0),
    ):
        assert response[LIMIT] == "600"


def test_a_token_may_have_its_own_limit_or_none(owner: User, tenant: Tenant, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    own = Api(token_of(owner, limit=2))
    assert [own.ask("GET", "/tickets", tenant_id="acme").status_code for _ in range(3)] == [200, 200, 429]
    free = Api(token_of(owner, limit=0))
    answers = [free.ask("GET", "/tickets", tenant_id="acme") for _ in range(4)]
    assert {each.status_code for each in answers} == {200} and LIMIT not in answers[0]


def test_two_tokens_of_one_user_have_separate_limits(owner: User, tenant: Tenant, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    for api in (Api(token_of(owner)), Api(token_of(owner))):
        assert api.ask("GET", "/tickets", tenant_id="acme").status_code == 200


def test_all_sessions_of_a_user_share_one_limit_apart_from_tokens(
    owner: User, tenant: Tenant, settings: Any, client_of: Callable[[User], Client]
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    one, other = client_of(owner), client_of(owner)
    answers = [each.get("/tickets?tenant_id=acme") for each in (one, other, one, other)]
    assert [each.status_code for each in answers] == [200, 200, 429, 429]
    assert [each[LEFT] for each in answers] == ["1", "0", "0", "0"]
    assert (answers[2][LIMIT], "Retry-After" in answers[2]) == ("2", True)
    assert "Your account may make 2 requests per minute. Nothing was changed" in answers[2].json()["detail"]
    assert Api(token_of(owner)).ask("GET", "/tickets", tenant_id="acme").status_code == 200


def test_a_wrong_token_next_to_a_session_counts_for_the_user(
    owner: User, tenant: Tenant, settings: Any, client_of: Callable[[User], Client]
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    client = client_of(owner)
    answers = [client.get("/tickets?tenant_id=acme", headers={"Authorization": f"Bearer {n}"}) for n in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]


def test_two_users_have_separate_limits(
    owner: User, superuser: User, tenant: Tenant, settings: Any, client_of: Callable[[User], Client]
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    for user in (owner, superuser):
        assert client_of(user).get("/tickets?tenant_id=acme").status_code == 200


def test_pages_still_open_for_a_user_at_the_api_limit(
    owner: User, tenant: Tenant, settings: Any, client_of: Callable[[User], Client]
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    client = client_of(owner)
    assert [client.get("/tenants").status_code for _ in range(2)] == [200, 429]
    assert client.get("/t/acme/tickets/").status_code == 200


def test_wrong_tokens_are_not_counted(owner: User, tenant: Tenant, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    wrong = Api("sst_nothing")
    assert {wrong.ask("GET", "/tickets", tenant_id="acme").status_code for _ in range(3)} == {401}
    assert mongo.collection("request_quotas").count_documents({}) == 0
