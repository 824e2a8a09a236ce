"""How fields are read from records, and placeholders filled in. Pure."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tickets.helpdesks.field_paths import has_path, look_up
from tickets.helpdesks.mapping.field_rule import as_rule
from tickets.helpdesks.mapping.record_mapper import RecordMapper
from tickets.helpdesks.placeholders import RequestValues, fill
from tickets.helpdesks.presets.preset import Preset, Variable


def test_a_path_reaches_a_name_with_a_dot() -> None:
    record = {"caller.email": {"value": "ada@example.com"}, "rows": [{"a.b": 1}, {"a.b": 2}]}
    assert look_up(record, r"caller\.email.value") == "ada@example.com"
    assert look_up(record, r"rows[].a\.b") == [1, 2]
    assert look_up(record, "caller.email.value") is None
    assert has_path(record, r"caller\.email.value")
    assert not has_path(record, "caller.email")


def test_only_the_first_of_several_values_in_a_text_counts() -> None:
    record = {"emails": "ada@example.com; bert@example.com", "first": "Ada;Bert", "last": "Lane;Moor", "empty": ";x"}
    assert as_rule({"paths": "emails", "before": ";"}).read(record) == "ada@example.com"
    assert as_rule({"template": "{first} {last}", "before": ";"}).read(record) == "Ada Lane"
    assert as_rule({"paths": ["empty", "first"], "before": ";"}).read(record) == "Ada", "an empty first value is none"
    assert as_rule({"paths": "missing", "before": ";"}).read(record) is None


@pytest.mark.parametrize(("source", "wanted"), [(2, "portal"), ("2", "portal"), (9, 9), (None, None), (True, "yes")])
def test_a_number_that_stands_for_a_source_becomes_its_name(source: Any, wanted: Any) -> None:
    assert as_rule({"paths": "source", "map": {"2": "portal", "true": "yes"}}).read({"source": source}) == wanted


def mapper(status: Any, status_map: dict[str, str]) -> RecordMapper:
    return RecordMapper(
        fields={"id": as_rule("id"), "created_at": as_rule("at"), "status": as_rule(status)},
        defaults={},
        status_map=status_map,
        timezone="UTC",
        date_format="",
        skip_where={},
        keep_where={},
        deleted_when={},
    )


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ({"name": "Waiting for customer", "category": "indeterminate"}, "pending"),
        ({"name": "Bei Technik", "category": "indeterminate"}, "in_progress"),
        ({"name": "Closed", "category": "indeterminate"}, "Closed"),  # known without a map
        ({"name": "Geparkt", "category": "other"}, "Geparkt"),  # unknown under both: it stays what the helpdesk says
        ({"name": "", "category": "done"}, "resolved"),
    ],
)
def test_of_several_paths_the_first_status_with_a_known_meaning_counts(status: dict[str, str], wanted: str) -> None:
    ours = {"Waiting for customer": "pending", "indeterminate": "in_progress", "done": "resolved"}
    fields = mapper(["name", "category"], ours).fields_of({"id": 1, "at": "2026-03-10T08:00:00Z", **status})
    assert fields is not None
    assert fields["status"] == wanted


def test_a_filter_without_its_value_is_left_out_as_a_whole() -> None:
    template = {
        "groups": [
            {
                "filters": [
                    {"name": "id", "operator": "GT", "value": "{cursor}"},
                    {"name": "changed", "operator": "GTE", "value": "{since:epoch_ms}"},
                ]
            }
        ],
        "sorts": [{"name": "id"}],
        "limit": "{size}",
    }
    since = datetime(2026, 3, 10, 8, tzinfo=UTC)
    changed = {"name": "changed", "operator": "GTE", "value": 1773129600000}
    assert fill(template, RequestValues(size=100)) == {"sorts": [{"name": "id"}], "limit": 100}
    assert fill(template, RequestValues(size=100, since=since))["groups"] == [{"filters": [changed]}]
    both = fill(template, RequestValues(size=100, since=since, cursor="41"))["groups"][0]["filters"]
    assert both == [{"name": "id", "operator": "GT", "value": "41"}, changed]


def test_a_variable_may_be_quoted_so_that_it_is_one_part_of_a_path() -> None:
    variable = Variable(name="project", label="Project", help="Its path.", pattern=r"[\w./]+", is_quoted=True)
    preset = Preset(
        kind="x",
        label="X",
        auth="none",
        variables=(variable,),
        key_help="",
        rights="",
        reads="",
        deletes="",
        requests="",
        settings={"path": "/projects/{project}"},
    )
    assert preset.settings_with({"project": "acme/support"})["path"] == "/projects/acme%2Fsupport"
