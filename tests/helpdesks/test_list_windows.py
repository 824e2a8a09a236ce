"""Filtered lists, and how tickets missing from them are treated."""

import pytest

from tickets.helpdesks.options import rest_options

FIELDS = {"id": "id", "created_at": "at"}


def deletes(path: str = "/t", kind: str = "rest", **options: object) -> bool:
    whole = {"path": path, "fields": FIELDS} if kind == "rest" else {}
    return rest_options(kind, {**whole, **options}).deletes_absent


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"sort": "id", "order": "asc"},
        {"sort": "updated_at"},
        {"orderBy": "created"},
        {"status_id": "*"},
        {"state": "all"},
        {"include_closed": "true"},
        {"expand": "status"},
        {"project": "7"},
        {"group_id": "3"},
        {"query": "Queue = 'Support'"},
    ],
)
def test_missing_tickets_are_deleted_if_nothing_filters_the_list(params: dict[str, str]) -> None:
    assert deletes(params=params)


@pytest.mark.parametrize(
    "params",
    [
        {"status": "open"},
        {"filter[state]": "new"},
        {"updated_since": "2026-01-01"},
        {"createdAfter": "2026-01-01"},
        {"start_date": "2026-01-01"},
        {"days": "30"},
        {"q": "refund"},
        {"query": "Status = 'open'"},
        {"jql": "created > -30d"},
        {"is_open": "1"},
    ],
)
def test_missing_tickets_are_unknown_if_the_list_is_filtered_by_time_or_status(params: dict[str, str]) -> None:
    assert not deletes(params=params)
    assert deletes(params=params, absent="deleted"), "whoever knows better says so"


def test_a_query_in_the_path_counts_as_a_filter() -> None:
    assert not deletes("/t?status=open")
    assert deletes("/t?status=all") and deletes("/index.php?e=/Tickets")


def test_presets_list_all_tickets_unless_configured_otherwise() -> None:
    for kind in ("redmine", "rt"):
        assert deletes(kind=kind)
        assert not deletes(kind=kind, absent="unknown")
    assert not deletes(kind="redmine", params={"status_id": "open"})


def test_the_settings_describe_how_missing_tickets_are_treated() -> None:
    options = rest_options("rest", {"path": "/t", "fields": FIELDS, "params": {"status": "open"}})
    assert options.about_absent == (
        "Tickets missing from the list are kept, because “status” may filter them out (absent=unknown)."
    )
    assert "count as deleted" in rest_options("redmine", {}).about_absent
