"""Normalising: one form of a text, dates that are dates, and no guess."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import record
from tickets.ingestion.normalize import (
    ForeignRecord,
    InvalidRecord,
    clean_text,
    normalize_record,
    parse_date,
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-10T09:00:00Z", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        ("2026-03-10T09:00:00+02:00", datetime(2026, 3, 10, 7, tzinfo=UTC)),
        ("2026-03-10 09:00:00", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        ("2026-03-10", datetime(2026, 3, 10, tzinfo=UTC)),
        ("20260310T090000Z", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        ("2026-03-10T09:00:00.123456Z", datetime(2026, 3, 10, 9, 0, 0, 123000, tzinfo=UTC)),
        ("Tue, 10 Mar 2026 09:00:00 +0000", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        ("10 March 2026 9:00", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        ("10:00", None),
        ("Monday", None),
        ("March 2026", None),
        ("soon", None),
        ("", None),
        ("2026-13-45", None),
        ("99999-01-01", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-03-10T09:00:00Z" + " " * 60 + "x", None),
    ],
)
def test_a_date_is_a_date_or_nothing(text: str, moment: datetime | None) -> None:
    assert parse_date(text) == moment


@given(st.text(max_size=80))
def test_no_text_makes_date_reading_fail(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.tzinfo is UTC


@given(st.text())
def test_a_cleaned_text_is_stable_and_can_be_stored(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert "\r" not in cleaned and "\0" not in cleaned
    cleaned.encode("utf-8")


def test_lone_surrogates_and_nul_are_cleaned() -> None:
    assert clean_text("a\ud800b\0c\r\nd\re ") == "a\ufffdbc\nd\ne"


@pytest.mark.parametrize("tenant", ["globex", "ACME", "acme ", 7, ["acme"], False])
def test_a_record_that_names_another_tenant_is_foreign(tenant: Any) -> None:
    with pytest.raises(ForeignRecord):
        normalize_record(record(tenant_id=tenant), tenant_id="acme")


def test_a_record_that_names_no_tenant_is_ours() -> None:
    assert normalize_record(record(tenant_id=None), tenant_id="acme").external_id == "T-1"


def test_whole_numbers_are_fine_as_ids() -> None:
    content = normalize_record(record(17, customer_id=42), tenant_id="acme")
    assert (content.external_id, content.customer_id) == ("17", "42")


def test_a_missing_or_unset_update_stamp_is_the_creation() -> None:
    for value in (None, "", "1970-01-01T00:00:00Z"):
        content = normalize_record(record(updated_at=value), tenant_id="acme")
        assert content.updated_at == content.created_at


def test_a_message_of_more_than_a_million_characters_is_refused_and_not_cut() -> None:
    assert len(normalize_record(record(message="x" * 1_000_000), tenant_id="acme").message) == 1_000_000
    with pytest.raises(InvalidRecord, match="longer"):
        normalize_record(record(message="x" * 1_000_001), tenant_id="acme")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(record())), _JSON))
def test_whatever_a_record_holds_it_is_kept_refused_or_foreign(values: dict[str, Any]) -> None:
    try:
        content = normalize_record({**record(), **values}, tenant_id="acme")
    except (InvalidRecord, ForeignRecord):
        return
    assert content.external_id and content.status and content.created_at.tzinfo is UTC


def test_the_digest_moves_with_the_content_and_not_with_the_stamp_alone() -> None:
    def digest(**values: Any) -> str:
        return normalize_record(record(**values), tenant_id="acme").digest(rules_version=1)

    assert digest() == digest(updated_at="2026-03-11T09:00:00Z")
    for name in ("subject", "message", "status", "source", "customer_id"):
        assert digest() != digest(**{name: "another"})
    assert digest() != normalize_record(record(), tenant_id="acme").digest(rules_version=2)
