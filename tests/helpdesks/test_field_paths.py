"""Paths into records, with rows that are lists, hostile values and lists as statuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.helpdesks.field_paths import has_path, look_up, map_status, matches
from tickets.helpdesks.mapping.field_rule import as_rule
from tickets.helpdesks.mapping.record_mapper import as_objects
from tickets.records.statuses import StatusMap

THREADS = [
    {"type": "note", "at": "2026-03-12", "body": "internal"},
    {"type": "customer", "at": "2026-03-11", "body": "second"},
    {"type": "customer", "at": "2026-03-10", "body": "first"},
    {"type": "customer", "body": "without a time"},
]
RECORD: dict[str, Any] = {
    "id": 7,
    "author": {"type": "user", "name": "Ada"},
    "threads": THREADS,
    "tags": [{"name": "a"}, {"name": "b"}, {}, 3],
    "nested": [{"tags": ["a", "b"]}, {"tags": []}, {"tags": ["c"]}],
    "odd.name": 1,
    "brackets[": 2,
    "empty": [],
    "none": None,
    "zero": 0,
}
names = st.sampled_from([*RECORD, "type", "name", "0", "-1", "99", "", "²", "1" * 60])
steps = st.builds(
    lambda name, choice: name + choice,
    names,
    st.sampled_from(["", "[]", "[type=customer]", "[=]", "[,by=at]", "[x", "]"]),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", RECORD),
        ("id", 7),
        ("author.name", "Ada"),
        ("author[type=user].name", "Ada"),
        ("author[type=admin].name", None),
        ("author[].name", None),
        ("[id=7].author.name", "Ada"),
        ("[id=8].author.name", None),
        ("threads.1.body", "second"),
        ("threads[type=customer].body", "second"),
        ("threads[type=customer,by=at].body", "first"),
        ("threads[,by=at].body", "first"),
        ("threads[type=agent].body", None),
        ("threads[type=agent,by=at].body", None),
        ("threads[body].type", "note"),
        ("tags[].name", ["a", "b"]),
        ("nested[].tags[]", ["a", "b", "c"]),
        ("nested[].tags.0", ["a", "c"]),
        ("empty[].name", []),
        ("none.name", None),
        ("id.name", None),
        ("threads.99", None),
        ("threads.-1", None),
        ("brackets[", 2),
    ],
)
def test_look_up(path: str, found: Any) -> None:
    assert look_up(RECORD, path) == found


def test_the_smallest_counts_whatever_the_order_and_numbers_before_texts() -> None:
    for by in ([3, 1, 2], [3.5, "1", 2], ["b", "a", None], [None, None, 1], [True, 5, 2]):
        items = [{"at": each, "n": place} for place, each in enumerate(by)]
        found = look_up({"items": items}, "items[,by=at].n")
        assert look_up({"items": items[::-1]}, "items[,by=at].n") == found
    assert look_up({"items": [{"at": None, "n": 0}, {"at": 5, "n": 1}]}, "items[,by=at].n") == 1


def test_rows_that_are_lists_are_read_by_number() -> None:
    row = [17, "Printer", ["open"], {"name": "Ada"}]
    assert [look_up(row, path) for path in ("0", "1", "2.0", "3.name", "4", "name")] == [
        17, "Printer", "open", "Ada", None, None,
    ]  # fmt: skip
    assert has_path(row, "3.name")
    assert not has_path(row, "4")


@pytest.mark.parametrize("columns", [["id", "title"], [{"name": "id"}, {"name": "title"}]])
def test_rows_with_names_of_columns_become_objects(columns: Any) -> None:
    rows: list[Any] = [[1, "a"], [2], [3, "c", "surplus"], {"id": 4}, None, "text"]
    assert as_objects(rows, columns) == [
        {"id": 1, "title": "a"}, {"id": 2}, {"id": 3, "title": "c"}, {"id": 4}, None, "text",
    ]  # fmt: skip
    assert as_objects(rows, None) == rows


@given(values, st.lists(steps, max_size=4).map(".".join))
def test_no_value_and_no_path_raises(value: Any, path: str) -> None:
    look_up(value, path)
    has_path(value, path)
    look_up(RECORD, path)


@given(st.dictionaries(st.text(max_size=6), values, max_size=4), st.text(max_size=12))
def test_a_path_without_dots_and_brackets_is_a_name(record: dict[str, Any], name: str) -> None:
    if name and not set(name) & set(".[]"):
        assert look_up(record, name) == record.get(name) or name not in record
        assert has_path(record, name) == (name in record)


@pytest.mark.parametrize(
    ("path", "is_there"),
    [("none", True), ("none.name", True), ("empty.0.name", True), ("author.name", True), ("author[type=x].y", True),
     ("tags[].nothing", True), ("nothing", False), ("author.nothing", False), ("id.name", False)],
)  # fmt: skip
def test_has_path(path: str, is_there: bool) -> None:
    assert has_path(RECORD, path) is is_there


@pytest.mark.parametrize(
    ("status", "mapped"),
    [(["Open"], "open"), ([2], "pending"), (True, "closed"), (2, "pending"), (2.0, "pending"), (["Open", "New"], ["Open", "New"]),
     ([], []), ([["Open"]], ["Open"]), ({"id": 2}, {"id": 2}), ("WAITING", "WAITING"), (None, None), ("", "")],
)  # fmt: skip
def test_statuses_of_any_type_are_looked_up(status: Any, mapped: Any) -> None:
    statuses = StatusMap({"open": "open", "2": "pending", "true": "closed"})
    assert map_status(status, statuses) == mapped


@pytest.mark.parametrize(
    ("found", "wanted", "does"),
    [(True, "true", True), (2, "2", True), ("2", "2", True), (2.0, "2", True), (None, "*", False), ("", "*", False),
     ([], "*", False), ({}, "*", False), (False, "*", False), ("false", "*", True), ([1], "*", True), ([1], "1", False)],
)  # fmt: skip
def test_matches(found: Any, wanted: str, does: bool) -> None:
    assert matches(found, wanted) is does


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("/t/{id}", "/t/7"),
        ("{author.name} #{id}", "Ada #7"),
        ("{none} {id}", None),
        ("{none?} {author.name}", "Ada"),
        ("{author.name?} {none?}", "Ada"),
        ("{none?} {nothing?}", None),
        ("{threads}", None),
    ],
)
def test_a_template_needs_its_paths_unless_they_may_be_missing(template: str, text: str | None) -> None:
    assert as_rule({"template": template}).read(RECORD) == text


def test_values_in_a_template_are_not_filled_in_themselves() -> None:
    assert as_rule({"template": "{a} {b}"}).read({"a": "{b}", "b": "{a}"}) == "{b} {a}"


@given(values)
def test_a_duration_is_a_duration_or_nothing(value: Any) -> None:
    read = as_rule({"paths": "v", "unit": "minutes"}).read({"v": value})
    assert read is None or read.total_seconds() == pytest.approx(float(value) * 60)
