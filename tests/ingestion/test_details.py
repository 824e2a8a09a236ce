"""The optional fields of a ticket: read from whatever a helpdesk sends, stored, in history, and never a guess."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import NOON, delete_stored, record, store_tickets, store_words
from tickets.planning.planner import plan_reclassification, plan_remapping
from tickets.records.cleaning import Unreadable, as_line
from tickets.records.details import (
    DETAIL_FIELDS,
    LARGEST_NUMBER,
    LONGEST_EXTRA,
    LONGEST_EXTRA_NAME,
    LONGEST_NAME,
    LONGEST_TAG,
    MOST_EXTRAS,
    MOST_TAGS,
    NO_DETAILS,
    Details,
    given_details,
    read_details,
    stored_details,
)
from tickets.records.normalize import TicketContent, normalize_record
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map
from tickets.store.ticket_store import TicketStore

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)
EVERYTHING: dict[str, Any] = {
    "assignee": "Ann Ng",
    "team": "Billing",
    "priority": "P1",
    "type": "Question",
    "tags": ["refund", "vip"],
    "organisation": "Alder Shop",
    "customer_name": "Bo Li",
    "url": "https://help.example.com/t/1?x=1#top",
    "first_reply_at": "2026-03-10T09:00:00Z",
    "due_at": "2026-03-11",
    "replies": 3,
    "rating": "good",
    "language": "de",
    "extra": {"Plan": "Pro", "Seats": 12, "Trial": False, "Renewal": "2026-03-10T10:00:00+01:00", "Born": "2026-03-10"},
}


def details_of(**values: Any) -> Details:
    return read_details(values)[0]


def left_out(**values: Any) -> tuple[tuple[str, str], ...]:
    return read_details(values)[1]


def content(**values: Any) -> TicketContent:
    return normalize_record(record(**values), tenant_id="acme")


# -- Reading ---------------------------------------------------------------------------------


def test_every_field_is_read_in_the_form_in_which_it_is_stored() -> None:
    details, unreadable = read_details(EVERYTHING)
    assert unreadable == ()
    assert details.known() == {
        **EVERYTHING,
        "first_reply_at": NINE,
        "due_at": datetime(2026, 3, 11, tzinfo=UTC),
        "extra": {**EVERYTHING["extra"], "Renewal": NINE},
    }
    assert tuple(details.known()) == DETAIL_FIELDS
    assert stored_details({"_id": 1, **details.known()}) == details


@pytest.mark.parametrize("value", [None, "", [], {}])
@pytest.mark.parametrize("name", DETAIL_FIELDS)
def test_an_empty_value_is_unknown_and_nothing_to_report(name: str, value: Any) -> None:
    assert read_details({name: value}) == (NO_DETAILS, ())


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("<b>Ann</b> Ng", "Ann Ng"),
        ("Ann\r\n\tNg\u2028", "Ann Ng"),
        ("Ann <ann@example.com>", "Ann <ann@example.com>"),
        ("Ng &amp; Sons", "Ng & Sons"),
        ("&lt;b&gt;Ann&lt;/b&gt;", "Ann"),
        ("<script>alert(1)</script>Ann", "Ann"),
        ("Ann\u202egnN\u2066", "AnngnN"),
        ("a\ud800b\0c", "a\ufffdb c"),
        (7.0, "7"),
        (True, "true"),
        ("x" * 1_000, "x" * LONGEST_NAME),
    ],
)
def test_a_name_is_one_line_without_markup(given_: Any, kept: str) -> None:
    assert details_of(assignee=given_).assignee == kept


def test_tags_come_from_lists_and_texts_in_one_order_without_duplicates() -> None:
    for given_ in (["vip", "Refund", "VIP", "", None, " vip "], "vip, Refund,VIP,,vip", ["Refund,vip"]):
        assert details_of(tags=given_).tags == ("Refund", "vip")
    assert details_of(tags=[2, True]).tags == ("2", "true")
    assert details_of(tags=["x" * 500]).tags == ("x" * LONGEST_TAG,)
    assert left_out(tags=["a", {"name": "b"}, ["c"]]) == (
        ("tags", "has a tag that is an object, not text"),
        ("tags", "has a tag that is a list, not text"),
    )
    many = [f"{n:03}" for n in range(200)]
    assert details_of(tags=many).tags == tuple(many[:MOST_TAGS])
    assert left_out(tags=many) == (("tags", "has more than 50 tags"),)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " data:text/html,x", "//evil.example", "/tickets/1", "https://",
     "https://user:pass@help.example.com/", "https://help.example.com@evil.example/", "http://a b.example/",
     "https://help.example.com/\"onclick=", "https://help.example.com\\@evil.example", "ftp://help.example.com/",
     "https://help.example.com:port/", "https://[::1", "https://help.example.com/\u202e", "java\nscript:alert(1)",
     "https://help.example.com/" + "x" * 2_000, 7, True, ["https://help.example.com"]],
)  # fmt: skip
def test_an_address_that_is_not_safe_in_a_link_is_left_out(url: Any) -> None:
    details, unreadable = read_details({"url": url})
    assert details.url is None
    assert [name for name, _ in unreadable] == ["url"]


@pytest.mark.parametrize(("given_", "kept"), [(0, 0), (3.0, 3), ("12", 12), (" 4 ", 4), (1_000_000, 1_000_000)])
def test_replies_are_a_number(given_: Any, kept: int) -> None:
    assert details_of(replies=given_).replies == kept


@pytest.mark.parametrize("value", [-1, 2.5, "many", "-1", True, math.nan, math.inf, 10**30, "9" * 30, [1], {"n": 1}])
def test_replies_that_are_no_number_are_left_out(value: Any) -> None:
    details, unreadable = read_details({"replies": value})
    assert (details.replies, unreadable) == (None, (("replies", "is not a number of replies"),))


def test_extra_fields_keep_their_kinds() -> None:
    extra = details_of(extra={"a": 1, "b": True, "c": 1.5, "d": "x\ny", "e": 2.0, "f": "", "g": None, "h": False}).extra
    assert json.dumps(extra) == '{"a": 1, "b": true, "c": 1.5, "d": "x y", "e": 2, "h": false}'
    assert isinstance(details_of(extra={"a": "2026-03-10T09:00:00.123456Z"}).extra["a"], datetime)
    assert details_of(extra={"a": "2026-03-10T09:00:00", "b": "2026-13-45T09:00:00Z"}).extra == {
        "a": "2026-03-10T09:00:00",  # in no zone
        "b": "2026-13-45T09:00:00Z",
    }


@pytest.mark.parametrize("name", ["a.b", "$where", "", " ", "x" * 61, "a\0b", "a/b", 7, "<b>", "__proto__.x"])
def test_an_extra_field_needs_a_plain_name(name: Any) -> None:
    details, ((field, reason),) = read_details({"extra": {name: "x", "fine": "y"}})
    assert details.extra == {"fine": "y"}
    assert (field, reason.partition(":")[0]) == (
        "extra",
        "has a name that is not 1 to 60 letters, digits, spaces, _ or -",
    )


def test_extra_fields_are_limited_in_number_and_size() -> None:
    many = {f"n{n:03}": n for n in range(40)}
    assert tuple(details_of(extra=many).extra) == tuple(sorted(many))[:MOST_EXTRAS]
    assert left_out(extra=many) == (("extra", "has more than 30 names"),)
    assert details_of(extra={"a": "x" * 5_000}).extra == {"a": "x" * LONGEST_EXTRA}
    for value in (10**20, math.nan, math.inf, ["x"], {"b": 1}):
        assert details_of(extra={"a": value}).extra == {}
        assert len(left_out(extra={"a": value})) == 1
    assert left_out(extra="Plan: Pro") == (("extra", "is text, not an object of names and values"),)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(
        ["<b>x</b>", "&amp;lt;b&amp;gt;", "=1+1", "javascript:x", "https://a.example/x", "2026-03-10T09:00:00Z", "a,b", "\ud800"]
    ),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip
_RECORDS = st.dictionaries(st.sampled_from(DETAIL_FIELDS), _ANY)


@given(_RECORDS)
def test_no_value_loses_a_ticket_and_what_is_kept_is_bounded_and_stable(values: dict[str, Any]) -> None:
    found = content(**values)
    known = found.details.known()
    for name in ("assignee", "team", "priority", "type", "organisation", "customer_name", "rating", "language"):
        text = known.get(name, "x")
        assert 0 < len(text) <= LONGEST_NAME and text == " ".join(text.split())
        assert text.isprintable() or any(not each.isprintable() for each in str(values[name]))
    assert len(known.get("tags", ())) <= MOST_TAGS
    assert all(tag and len(tag) <= LONGEST_TAG and "," not in tag for tag in known.get("tags", ()))
    assert known.get("url", "http://").startswith(("http://", "https://"))
    assert known.get("replies", 0) >= 0
    for name, value in known.get("extra", {}).items():
        assert 0 < len(name) <= LONGEST_EXTRA_NAME and not {".", "$"} & set(name)
        assert isinstance(value, str | bool | float | datetime) or abs(value) <= LARGEST_NUMBER
    json.dumps(known, default=str).encode()
    assert {name for name, _ in found.left_out} <= values.keys()
    # What is stored is read again as it is.
    again = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in known.items()}
    again["extra"] = {n: v.isoformat() if isinstance(v, datetime) else v for n, v in known.get("extra", {}).items()}
    assert read_details(again)[0] == found.details


@given(st.text(), st.integers(1, 50))
def test_a_line_read_twice_is_the_same_line(text: str, longest: int) -> None:
    try:
        line = as_line(text, longest=longest)
    except Unreadable:
        return
    assert len(line) <= longest and "\n" not in line
    assert as_line(line, longest=longest) == line


# -- The digest ------------------------------------------------------------------------------


def test_without_details_a_digest_is_that_of_earlier_versions() -> None:
    assert content().digest(classifier_version="1") == "97cd8895c999ee2897fc1c52"
    assert content(resolved_at="2026-03-10T10:00:00Z").digest(classifier_version="1") == "7a9dabb314fa19f8f615f72d"
    nothing = dict.fromkeys(DETAIL_FIELDS) | {"tags": [], "extra": {"a": None}, "url": "javascript:x"}
    assert content(**nothing).digest(classifier_version="1") == content().digest(classifier_version="1")


@pytest.mark.parametrize("name", DETAIL_FIELDS)
def test_every_field_changes_the_digest(name: str) -> None:
    digests = {
        content(**values).digest(classifier_version="1")
        for values in ({}, EVERYTHING, {name: EVERYTHING[name]}, {**EVERYTHING, name: None})
    }
    assert len(digests) == 4


def test_the_kind_of_an_extra_value_changes_the_digest() -> None:
    digests = {content(extra={"a": value}).digest(classifier_version="1") for value in (1, True, "1", "true", 1.5)}
    assert len(digests) == 5


# -- Stored and in history -------------------------------------------------------------------


def stored() -> dict[str, Any]:
    (ticket,) = mongo.collection("tickets").find()
    return ticket


def newest_changes(tenant: Tenant) -> dict[str, Any]:
    found: dict[str, Any] = TicketStore(tenant).find_history("T-1", limit=1)[0]["changes"]
    return found


@pytest.mark.usefixtures("db")
class TestStored:
    def test_only_known_fields_are_stored_and_all_of_them_are_history(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"team": "Billing", "tags": "b, a"}])
        assert {name: stored()[name] for name in DETAIL_FIELDS if name in stored()} == {
            "team": "Billing",
            "tags": ["a", "b"],
            "language": "en",  # found in the text
        }
        assert newest_changes(tenant)["tags"] == {"old": None, "new": ["a", "b"]}
        store_tickets(tenant, [{**EVERYTHING, "updated_at": "2026-03-10T10:00:00Z"}])
        changes = newest_changes(tenant)
        assert changes.keys() == {*DETAIL_FIELDS} - {"team"}
        assert changes["tags"] == {"old": ["a", "b"], "new": ["refund", "vip"]}
        assert changes["first_reply_at"] == {"old": None, "new": NINE}
        assert stored_details(stored()) == details_of(**EVERYTHING)

    def test_a_field_that_the_helpdesk_no_longer_has_is_unknown_again(self, tenant: Tenant) -> None:
        store_tickets(tenant, [EVERYTHING])
        store_tickets(tenant, [{"team": "Billing", "updated_at": "2026-03-10T10:00:00Z"}])
        assert given_details(stored()) == details_of(team="Billing")
        assert stored().keys() & {*DETAIL_FIELDS} == {"team", "language"}
        assert newest_changes(tenant)["replies"] == {"old": 3, "new": None}

    def test_reading_the_same_ticket_again_writes_nothing(self, tenant: Tenant) -> None:
        store_tickets(tenant, [EVERYTHING])
        before = stored()
        store_tickets(tenant, [{**EVERYTHING, "tags": ["vip", "refund"]}])
        assert stored() == before
        assert mongo.collection("ticket_history").count_documents({}) == 1

    def test_a_deleted_ticket_keeps_its_fields_and_comes_back_with_them(self, tenant: Tenant) -> None:
        store_tickets(tenant, [EVERYTHING])
        delete_stored(tenant, ["T-1"])
        assert stored_details(stored()) == details_of(**EVERYTHING)
        store_tickets(tenant, [EVERYTHING])
        assert stored_details(stored()) == details_of(**EVERYTHING)
        assert newest_changes(tenant).keys() == {"deleted_at"}

    def test_reclassifying_and_mapping_statuses_keep_the_fields(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{**EVERYTHING, "status": "odd"}])
        store = TicketStore(tenant)
        classifier, statuses = find_classifier(tenant), find_status_map(tenant)
        same, _, _ = plan_reclassification(store, after="", limit=9, classifier=classifier, now=NOON)
        assert same.is_empty
        assert plan_remapping(store, statuses, limit=9, classifier=classifier, now=NOON).is_empty
        mongo.collection("tickets").update_one({}, {"$set": {"digest": "older rules", "urgency": "high"}})
        plan, _, _ = plan_reclassification(store, after="", limit=9, classifier=classifier, now=NOON)
        ((_, values),) = plan.updates
        assert not values.keys() & {*DETAIL_FIELDS}

    def test_a_ticket_of_an_earlier_version_has_none(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{}])
        assert given_details(stored()) == NO_DETAILS
        store_tickets(tenant, [{}])
        assert mongo.collection("ticket_history").count_documents({}) == 1

    def test_a_new_assignee_is_found_at_once_and_the_text_is_not_indexed_again(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"assignee": "Ann", "tags": ["a", "b"]}])
        store_words(tenant)
        words = set(stored()["words"])
        store_tickets(tenant, [{"assignee": "Bo", "tags": ["b", "c"], "updated_at": "2026-03-10T10:00:00Z"}])
        assert "unindexed_since" not in stored()
        assert set(stored()["words"]) == words - {"=assignee=Ann", "=tag=a"} | {"=assignee=Bo", "=tag=c"}
        store_tickets(tenant, [{"assignee": "Bo", "subject": "Other", "updated_at": "2026-03-10T11:00:00Z"}])
        assert "words" not in stored() and "unindexed_since" in stored()

    def test_a_ticket_that_waits_for_its_words_goes_on_waiting(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"assignee": "Ann"}])
        store_tickets(tenant, [{"assignee": "Bo", "updated_at": "2026-03-10T10:00:00Z"}])
        assert "words" not in stored() and "unindexed_since" in stored()
        store_words(tenant)
        assert "=assignee=Bo" in stored()["words"]

    def test_an_unreadable_closing_time_does_not_lose_the_ticket(self, tenant: Tenant) -> None:
        found = content(status="closed", resolved_at="04/03/2026")
        assert found.resolved_at is None
        assert found.left_out[0][0] == "resolved_at"
        store_tickets(tenant, [{"status": "closed", "resolved_at": "04/03/2026"}])
        assert stored()["is_closing_known"] is False, "so it is in no time to resolution"
