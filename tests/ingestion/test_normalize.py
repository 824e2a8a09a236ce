"""Normalising: one form of a text, and no guess."""

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import record
from tickets.records.normalize import ForeignRecord, InvalidRecord, clean_text, normalize_record


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


@pytest.mark.parametrize("value", [None, "", "1970-01-01T00:00:00Z", "0000-00-00 00:00:00", "9999-12-31", "N/A", False])
def test_a_missing_or_unset_update_stamp_is_the_creation(value: Any) -> None:
    content = normalize_record(record(updated_at=value), tenant_id="acme")
    assert content.updated_at == content.created_at


@pytest.mark.parametrize("value", [None, "", "0000-00-00 00:00:00", "NULL", "1970-01-01", "9999-12-31T23:59:59Z", 0])
def test_a_creation_date_that_is_not_set_is_missing(value: Any) -> None:
    with pytest.raises(InvalidRecord, match="created_at: is missing"):
        normalize_record(record(created_at=value), tenant_id="acme")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"source": 2}, {"source": "2"}),
        ({"subject": 404, "message": 12345}, {"subject": "404", "message": "12345"}),
        ({"id_": 7.0}, {"external_id": "7"}),
        ({"id_": 12345678901234567890123}, {"external_id": "12345678901234567890123"}),
        ({"id_": 1.5, "customer_id": 12.0}, {"external_id": "1.5", "customer_id": "12"}),
        ({"customer_id": False}, {"customer_id": "false"}),
        ({"customer_id": 0}, {"customer_id": "0"}),
        ({"subject": True}, {"subject": "true"}),
        ({"status": True}, {"status": "true"}),
        ({"status": 2.0}, {"status": "2"}),
    ],
)
def test_a_number_or_boolean_where_text_belongs_is_its_text(values: dict[str, Any], found: dict[str, str]) -> None:
    content = normalize_record(record(**values), tenant_id="acme")
    assert {name: getattr(content, name) for name in found} == found


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [], {}, True])
def test_a_value_that_is_neither_text_nor_number_is_not_an_id(value: Any) -> None:
    with pytest.raises(InvalidRecord, match=r"^id: is "):
        normalize_record(record(value), tenant_id="acme")


def test_a_message_in_html_is_its_words_and_a_plain_one_stays() -> None:
    html = '<div class="m"><p style="color:red">My parcel&nbsp;is late.</p><img src="cid:1" alt="critical"></div>'
    assert normalize_record(record(message=html), tenant_id="acme").message == "My parcel is late."
    plain = "if (a < b) mail <ann@example.com>"
    assert normalize_record(record(message=plain), tenant_id="acme").message == plain


def test_the_length_of_a_message_is_that_of_its_words() -> None:
    html = f'<p>Late.</p><img src="data:image/png;base64,{"A" * 1_500_000}">'
    assert normalize_record(record(message=html), tenant_id="acme").message == "Late."


def test_a_message_of_more_than_a_million_characters_is_rejected_and_not_cut() -> None:
    assert len(normalize_record(record(message="x" * 1_000_000), tenant_id="acme").message) == 1_000_000
    with pytest.raises(InvalidRecord, match="longer"):
        normalize_record(record(message="x" * 1_000_001), tenant_id="acme")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(record())), _JSON))
def test_every_record_is_either_stored_rejected_or_foreign(values: dict[str, Any]) -> None:
    try:
        content = normalize_record({**record(), **values}, tenant_id="acme")
    except (InvalidRecord, ForeignRecord):
        return
    assert content.external_id and content.status and content.created_at.tzinfo is UTC


def test_the_digest_moves_with_the_content_and_not_with_the_stamp_alone() -> None:
    def digest(**values: Any) -> str:
        return normalize_record(record(**values), tenant_id="acme").digest(classifier_version=1)

    assert digest() == digest(updated_at="2026-03-11T09:00:00Z")
    for name in ("subject", "message", "status", "source", "customer_id"):
        assert digest() != digest(**{name: "another"})
    assert digest() != normalize_record(record(), tenant_id="acme").digest(classifier_version=2)
