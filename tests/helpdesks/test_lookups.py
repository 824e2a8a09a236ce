"""Tables that records refer to: rows that are missing, of other shapes, or that the key may not read."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.models import Tenant
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.listed import ingest
from tests.loopback_server import Answer
from tickets.helpdesks import lookups, side_lists
from tickets.helpdesks.base import SourceError
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.lookup_options import LookupOptions
from tickets.helpdesks.lookups import Lookups
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

Make = Callable[..., Lookups]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "users", "by", "name"]), inner),
    max_leaves=8,
)


def in_response(**options: Any) -> Lookups:
    """A table that each response has, which needs no request."""
    http = HelpdeskHttp(base_url="http://127.0.0.1:9", tenant_id="acme")
    return Lookups(http, {"user": LookupOptions(**{"records": "users", "by": "by", **options})})


@pytest.fixture
def requested(helpdesk: ScriptedHelpdesk, db: None) -> Make:
    """A table at a path of its own."""

    def make(**options: Any) -> Lookups:
        http = HelpdeskHttp(base_url=helpdesk.url, tenant_id="acme", wait=lambda _seconds, _reason: None)
        return Lookups(http, {"user": LookupOptions(**{"path": "/users", "records": "users", "by": "by", **options})})

    return make


ADA, BOB = {"id": 7, "name": "Ada"}, {"id": "8", "name": "Bob"}


@pytest.mark.parametrize(
    ("by", "row"),
    [
        (7, ADA),
        ("7", ADA),
        (7.0, ADA),
        (8, BOB),
        ("8", BOB),
        (9, None),
        (None, None),
        ("", None),
        (True, None),
        ({"id": 7}, None),
        ([8, 7], [BOB, ADA]),
        ([7, 9, None, {}], [ADA]),
        ([], None),
        ([9], None),
    ],
)
def test_a_row_is_found_by_its_id_whatever_the_type(by: Any, row: Any) -> None:
    (joined,) = in_response().join([{"by": by}], {"users": [ADA, BOB]})
    assert joined.get("@user") == row
    assert joined["by"] == by


@pytest.mark.parametrize(
    "users",
    [None, "text", 7, [], {}, [None, 7, "text", [], {}], [{"name": "no id"}], [{"id": None}, {"id": {}}], [{"id": ""}]],
)
def test_a_table_of_another_shape_has_no_rows(users: Any) -> None:
    assert in_response().join([{"by": 7}], {"users": users}) == [{"by": 7}]
    assert in_response().join([{"by": 7}], {}) == [{"by": 7}]
    assert in_response().join([{"by": 7}], None) == [{"by": 7}]


def test_a_table_may_be_an_object_by_id() -> None:
    (joined,) = in_response().join([{"by": 2}], {"users": {"2": ["Open", "Being processed"], "3": None}})
    assert joined["@user"] == ["Open", "Being processed"]


def test_the_last_of_two_rows_with_one_id_counts() -> None:
    (joined,) = in_response().join([{"by": 7}], {"users": [ADA, {"id": "7", "name": "Ada again"}]})
    assert joined["@user"]["name"] == "Ada again"


def test_records_that_are_no_objects_stay_and_none_is_changed() -> None:
    record = {"by": 7}
    assert in_response().join(["text", None, [7], record], {"users": [ADA]})[:3] == ["text", None, [7]]
    assert record == {"by": 7}


@given(st.lists(values, max_size=3), values)
def test_nothing_that_a_helpdesk_sends_raises(records: list[Any], payload: Any) -> None:
    assert len(in_response().join(records, payload)) == len(records)


def test_a_table_is_requested_once_and_only_if_there_is_a_record(requested: Make, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.script = lambda _path, _query: answer({"users": [ADA]})
    lookups = requested(params={"active": "true"})
    assert lookups.join([], {}) == []
    assert not helpdesk.requests
    for _ in range(3):
        assert lookups.join([{"by": 7}], {})[0]["@user"] == ADA
    assert [query for _, query, _ in helpdesk.requests] == [{"active": "true"}]


def test_all_pages_of_a_table_are_read(requested: Make, helpdesk: ScriptedHelpdesk) -> None:
    def serve(_path: str, query: dict[str, str]) -> Answer:
        page = int(query.get("page", 1))
        return answer({"users": [{"id": page}], "next": f"/users?page={page + 1}" if page < 4 else None})

    helpdesk.script = serve
    lookups = requested(next="next")
    assert ["@user" in each for each in lookups.join([{"by": n} for n in range(1, 6)], {})] == [True] * 4 + [False]


def test_a_table_whose_next_page_is_itself_ends(requested: Make, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.script = lambda _path, _query: answer({"users": [ADA], "next": "/users?page=1"})
    requested(next="next").join([{"by": 7}], {})
    assert len(helpdesk.requests) == 2


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_table_that_the_key_may_not_read_is_unknown_unless_it_is_needed(
    requested: Make, helpdesk: ScriptedHelpdesk, status: int
) -> None:
    helpdesk.script = lambda _path, _query: answer({"error": "no"}, status)
    lookups = requested(needed=False)
    for _ in range(3):
        assert lookups.join([{"by": 7}], {}) == [{"by": 7}]
    assert len(helpdesk.requests) == 1
    with pytest.raises(SourceError):
        requested().join([{"by": 7}], {})


def test_a_table_without_an_end_leaves_names_unknown_and_the_run_says_so(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.RATE_LIMIT_REQUESTS = 0
    monkeypatch.setattr(side_lists, "MOST_PAGES", 3)

    def serve(path: str, query: dict[str, str]) -> Answer:
        if path == "/items":
            return answer([{"id": n, "at": "2026-03-10", "by": n} for n in range(1, 6)])
        page = int(query.get("page", 1))
        return answer({"users": [{"id": page, "name": f"Person {page}"}], "next": f"/users?page={page + 1}"})

    helpdesk.script = serve
    options = {
        "path": "/items",
        "paging": "next",
        "next": "header:Link",
        "fields": {"id": "id", "created_at": "at", "assignee": "@user.name"},
        "lookups": {"user": {"path": "/users", "records": "users", "by": "by", "next": "next"}},
    }
    Source.objects.create(tenant=tenant, kind="rest", url=helpdesk.url, options=options)
    outcome = ingest(tenant)
    assert outcome.status == "completed"
    assert outcome.progress.parts[0].remarks == [
        "The list at /users is too long. Its first 3 rows were read, so some names are unknown. If the helpdesk can "
        "filter this list, set lookups.user.params."
    ]
    assignees = {each["external_id"]: each.get("assignee") for each in TicketStore(tenant).iterate_live({}, limit=9)}
    assert assignees == {"1": "Person 1", "2": "Person 2", "3": "Person 3", "4": None, "5": None}


@pytest.mark.parametrize(("limit", "most"), [("MOST_ROWS", 2), ("MOST_CHARACTERS", 8)])
def test_more_rows_than_fit_into_memory_are_not_kept(
    requested: Make, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(lookups, limit, most)
    helpdesk.script = lambda _path, _query: answer({"users": [{"id": n, "name": "Ada"} for n in (1, 2, 2, 3, 4)]})
    tables = requested()
    assert ["@user" in each for each in tables.join([{"by": n} for n in (1, 2, 3)], {})] == [True, True, False]
    assert len(tables.remarks) == 1
    helpdesk.script = lambda _path, _query: answer({"users": [{"id": n, "name": "Ada"} for n in (1, 2, 2)]})
    tables = requested()
    tables.join([{"by": 1}], {})
    assert not tables.remarks


def test_only_the_columns_that_settings_mention_are_kept() -> None:
    options = {
        "fields": {
            "assignee": {"paths": ["@user.name", "@user.mail[0].address"]},
            "url": {"template": "https://x/{@user.slug?}/{id}"},
            "tags": "@tag[].name",
        },
        "keep_where": {"@user.is active": "true", "mail@users.example.com": "x"},
        "conversation": {"same_as": {"by": "@user.mail|@group.id"}},
    }
    assert lookups.columns_used(options, ["user", "tag", "group", "users"]) == {
        "user": frozenset(("name", "mail", "slug", "is active")),
        "tag": frozenset(("name",)),
        "group": frozenset(("id",)),
        "users": frozenset(("example",)),
    }


@pytest.mark.parametrize("path", ["@user", "@user[role=x].name", "@user.a\\.b"])
def test_whole_rows_are_kept_where_a_setting_may_mean_any_column(path: str) -> None:
    assert lookups.columns_used({"fields": {"assignee": path}}, ["user"]) == {"user": None}


def test_rows_of_a_requested_table_are_cut_to_their_columns(helpdesk: ScriptedHelpdesk, db: None) -> None:
    http = HelpdeskHttp(base_url=helpdesk.url, tenant_id="acme", wait=lambda _seconds, _reason: None)
    options = {"user": LookupOptions.model_validate({"path": "/users", "records": "users", "by": "by", "id": "key.id"})}
    helpdesk.script = lambda _path, _query: answer({"users": [{"key": {"id": 7}, "name": "Ada", "photo": "x" * 99}]})
    (joined,) = Lookups(http, options, columns={"user": frozenset(("name",))}).join([{"by": 7}], {})
    assert joined["@user"] == {"name": "Ada"}


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_table_that_is_only_down_stops_the_sync(requested: Make, helpdesk: ScriptedHelpdesk, status: int) -> None:
    helpdesk.script = lambda _path, _query: answer({"error": "down"}, status)
    with pytest.raises(SourceError):
        requested(needed=False).join([{"by": 7}], {})
