"""The limit on pages per minute for each signed-in user."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from supportsaas.page_quota import _FORGET_FROM, PageCounts
from supportsaas.reliability.quota import COLLECTION
from tenants.credentials.sessions import PersonSession
from tenants.models import Membership, Tenant, User
from tests.profiling import operations_of

PAGES = ("/", "/account/", "/api/docs", "/t/acme/", "/t/acme/tickets/", "/no/such/page/")


class Moment:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def moment() -> Moment:
    return Moment()


class TestCounts:
    def test_the_whole_limit_may_be_used_at_once_and_then_comes_back_evenly(self, moment: Moment) -> None:
        counts = PageCounts(monotonic=moment)
        assert [counts.take("ann", limit=600) for _ in range(600)] == [0] * 600
        assert counts.take("ann", limit=600) == pytest.approx(0.1)
        moment.seconds += 1
        assert [bool(counts.take("ann", limit=600)) for _ in range(11)] == [False] * 10 + [True]

    def test_waiting_for_retry_after_is_enough(self, moment: Moment) -> None:
        counts = PageCounts(monotonic=moment)
        for _ in range(50):
            wait = counts.take("ann", limit=7)
            moment.seconds += wait
            assert not wait or counts.take("ann", limit=7) == 0

    def test_users_have_separate_page_limits(self, moment: Moment) -> None:
        counts = PageCounts(monotonic=moment)
        assert [bool(counts.take(name, limit=1)) for name in ("ann", "bob", "ann")] == [False, False, True]

    def test_idle_users_are_forgotten_and_no_others(self, moment: Moment) -> None:
        counts = PageCounts(monotonic=moment)
        for number in range(_FORGET_FROM - 1):
            counts.take(f"early {number}", limit=1)
        moment.seconds += 61
        assert counts.take("ann", limit=1) == 0
        assert set(counts._levels) == {"ann"}
        assert counts.take("ann", limit=1) > 0

    def test_threads_do_not_exceed_the_page_limit_together(self, moment: Moment) -> None:
        counts = PageCounts(monotonic=moment)
        admitted: list[int] = []

        def ask() -> None:
            admitted.extend(1 for _ in range(500) if not counts.take("ann", limit=700))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(admitted) == 700


@pytest.mark.usefixtures("db")
class TestPages:
    def test_pages_over_the_limit_are_rejected_with_advice(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, settings: Any
    ) -> None:
        settings.PAGES_PER_MINUTE = len(PAGES)
        client = client_of(owner)
        assert 429 not in {client.get(path).status_code for path in PAGES}
        for path in PAGES:
            refused = client.get(path, headers={"Accept": "text/html"})
            assert refused.status_code == 429 and 1 <= int(refused["Retry-After"]) <= 10
            words = (
                "Nothing was changed"
                if path.startswith("/api/")
                else f"than {len(PAGES)} pages in a minute. Nothing was"
            )
            assert words in refused.content.decode()

    def test_a_fragment_over_the_page_limit_is_rejected_with_a_text_that_htmx_shows(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, settings: Any
    ) -> None:
        settings.PAGES_PER_MINUTE = 1
        client = client_of(owner)
        answers = [client.get("/t/acme/tickets/", headers={"HX-Request": "true", "Accept": "*/*"}) for _ in range(2)]
        assert [each.status_code for each in answers] == [200, 429]
        assert "<h1>Too many pages</h1>" in answers[1].content.decode()

    def test_a_form_over_the_page_limit_is_rejected_without_effect(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, settings: Any
    ) -> None:
        settings.PAGES_PER_MINUTE = 1
        client = client_of(owner)
        client.get("/")
        assert client.post("/t/acme/ingestion/run/").status_code == 429
        assert mongo.collection("ingestion_logs").count_documents({}) == 0

    def test_sessions_of_one_user_share_a_page_limit_and_users_do_not(
        self, client_of: Callable[[User], Client], owner: User, superuser: User, tenant: Tenant, settings: Any
    ) -> None:
        settings.PAGES_PER_MINUTE = 1
        client = client_of(owner)
        statuses = [client.get("/").status_code]
        for user in (owner, superuser):
            client.cookies = client_of(user).cookies
            statuses.append(client.get("/").status_code)
        assert statuses == [200, 429, 200]

    def test_health_api_calls_and_anonymous_pages_do_not_count_towards_the_page_limit(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, settings: Any
    ) -> None:
        settings.PAGES_PER_MINUTE = 1
        client = client_of(owner)
        assert client.get("/").status_code == 200
        assert {client.get(path).status_code for path in ("/health", "/tenants", "/tickets?tenant_id=acme")} == {200}
        assert client.get("/").status_code == 429
        stranger = Client()
        stranger.cookies[settings.SESSION_COOKIE_NAME] = "nobody"
        assert {stranger.get("/login/").status_code for _ in range(3)} == {200}

    def test_a_page_limit_of_0_means_no_limit(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, settings: Any
    ) -> None:
        settings.PAGES_PER_MINUTE = 0
        client = client_of(owner)
        assert {client.get("/").status_code for _ in range(3)} == {200}

    def test_counting_pages_needs_no_database_command_and_a_rejection_only_reads_the_session(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, settings: Any
    ) -> None:
        client = client_of(owner)
        tables = [each._meta.db_table for each in (PersonSession, User, Membership, Tenant)]

        def commands() -> list[str]:
            found = operations_of(lambda: client.get("/"), on=[*tables, COLLECTION])
            return [f"{each['op']} {each['ns'].partition('.')[2]}" for each in found]

        settings.PAGES_PER_MINUTE = 0
        client.get("/")  # warm
        uncounted = commands()
        settings.PAGES_PER_MINUTE = 1
        assert commands() == uncounted
        assert commands() == [f"query {PersonSession._meta.db_table}"]
