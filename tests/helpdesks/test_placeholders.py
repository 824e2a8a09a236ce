"""Filling in what a request has to say, with hostile values."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.helpdesks.options import rest_options
from tickets.helpdesks.placeholders import RequestValues, fill, fill_path, names, write_moment

SINCE = datetime(2026, 3, 10, 8, 30, 15, 250_000, tzinfo=UTC)
FIELDS = {"id": "id", "created_at": "at"}
moments = st.integers(31_536_000_000, 7_258_118_400_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
texts = st.text(st.characters(codec="utf-8"), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{since}", "2026-03-10T08:30:15Z"),
        ("{since:epoch}", 1773131415),
        ("{since:epoch_ms}", 1773131415250),
        ("{since:%Y-%m-%d %H:%M}", "2026-03-10 08:30"),
        ("updated >= '{since:%d.%m.%Y}' and page {page}", "updated >= '10.03.2026' and page 3"),
        ("{cursor}", "next"),
        ("{page}", 3),
        ("{size}", 50),
        ("{unknown} {SINCE} {since", "{unknown} {SINCE} {since"),
        ("", ""),
        ({"a": ["{page}", True, None, 7]}, {"a": [3, True, None, 7]}),
    ],
)
def test_a_whole_placeholder_keeps_its_type(template: Any, filled: Any) -> None:
    values = RequestValues(since=SINCE, cursor="next", page=3, size=50)
    found = fill(template, values)
    assert found == filled
    assert type(found) is type(filled)


def test_entries_without_a_value_are_left_out_with_all_that_they_stand_in() -> None:
    body = {
        "query": {"and": [{"field": "updated", "value": "{since:epoch}"}, {"field": "open", "value": True}]},
        "pagination": {"size": "{size}", "after": "{cursor}"},
        "nothing": None,
        "empty": {},
    }
    assert fill(body, RequestValues(size=10)) == {
        "query": {"and": [{"field": "open", "value": True}]},
        "pagination": {"size": 10},
        "nothing": None,
        "empty": {},
    }
    assert fill({"after": "{cursor}"}, RequestValues()) is None


@given(texts)
def test_a_value_is_never_filled_in_itself(cursor: str) -> None:
    hostile = f"{{since}}{cursor}{{page}}"
    assert fill("a {cursor} b", RequestValues(since=SINCE, cursor=hostile, page=1)) == f"a {hostile} b"


@given(json_values)
def test_what_has_no_placeholder_stays_as_it_is(template: Any) -> None:
    if any(f"{{{name}" in json.dumps(template) for name in ("since", "cursor", "page", "size", "id")):
        return
    assert fill(template, RequestValues()) == template


@given(moments)
def test_a_moment_is_never_written_later_than_it_is(moment: datetime) -> None:
    assert int(write_moment(moment, "epoch")) <= moment.timestamp()
    assert datetime.fromisoformat(str(fill("{since}", RequestValues(since=moment)))) <= moment


def test_a_moment_is_written_in_utc() -> None:
    berlin = SINCE.astimezone(timezone(timedelta(hours=1)))
    assert write_moment(berlin, ">=%Y-%m-%dT%H:%M:%SZ") == ">=2026-03-10T08:30:15Z"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_an_id_stays_one_part_of_the_path(id_: str) -> None:
    path = fill_path("/tickets/{id}/messages", RequestValues(id=id_))
    assert path is not None
    parts = urlsplit(f"https://help.example.com{path}")
    assert (parts.query, parts.fragment) == ("", "")
    assert [unquote(each) for each in parts.path.split("/")] == ["", "tickets", id_, "messages"]


def test_a_path_without_its_value_is_none() -> None:
    assert fill_path("/tickets/{id}", RequestValues()) is None
    assert fill_path("/tickets", RequestValues()) == "/tickets"


@pytest.mark.parametrize(
    ("template", "has_it"),
    [("{since}", True), ("x {since:epoch}", True), ({"a": [{"b": "{since}"}]}, True), ("{sinces}", False), (None, False),
     ({"{since}": "a key is no value"}, False), (7, False)],
)  # fmt: skip
def test_placeholders_are_found_at_any_depth(template: Any, has_it: bool) -> None:
    assert names(template, "since") is has_it


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match=r"cursor_param, or \{cursor\} in params or body"):
        rest_options("rest", {"path": "/t/{cursor}", "paging": "cursor", "cursor": "next", "fields": FIELDS})
    with pytest.raises(ValueError, match="requires first_since"):
        rest_options("rest", {"path": "/t/{since}", "fields": FIELDS})
    with pytest.raises(ValueError, match="in_change_order requires a request for changes"):
        rest_options("rest", {"path": "/t", "in_change_order": True, "fields": FIELDS})
    with pytest.raises(ValueError, match="page_ceiling requires"):
        rest_options("rest", {"path": "/t", "page_ceiling": 3, "fields": FIELDS})
