"""What a configurable helpdesk's values become: dates, statuses, numbers, HTML, and records that are left out."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import store_tickets, store_words
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk, answer
from tickets import jobs
from tickets.classification.search_query import Query, Term, find_hits
from tickets.classification.tokenizer import split_words
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import check_options
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest
from tickets.rules.reclassification import RECLASSIFICATION
from tickets.store import quarantine
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

FIELDS = {
    "id": "id",
    "created_at": "at",
    "updated_at": "changed",
    "subject": "title",
    "message": "body",
    "status": "state",
}
Read = Callable[..., Outcome]


@pytest.fixture
def read(tenant: Tenant, helpdesk: ScriptedHelpdesk, clock: FakeClock) -> Read:
    """Ingest these records, listed by `rest` with these options."""

    def ingest(records: list[Any], **options: Any) -> Outcome:
        clock.advance(minutes=10)
        helpdesk.script = lambda _path, query: answer(
            {"items": records if query["page"] == "1" else [], "total": len(records)}
        )
        values = {"path": "/items", "records": "items", "total": "total", "fields": FIELDS, **options}
        Source.objects.update_or_create(
            tenant=tenant, defaults={"kind": "rest", "url": helpdesk.url, "options": values, "page_size": 100}
        )
        wish = JobRequest(trigger="command", started_by="test", full=True)
        job_id = jobs.begin_at_once(tenant, wish, owner_id="test", now=clock())
        return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", now=clock, sleep=clock.sleep)

    return ingest


def stored(name: str) -> dict[str, Any]:
    return {each["external_id"]: each[name] for each in mongo.collection("tickets").find({"is_deleted": False})}


def reasons(tenant: Tenant) -> dict[str, int]:
    return {f"{each.field} {each.reason}": each.count for each in quarantine.count_reasons(tenant)}


def item(id_: Any, **values: Any) -> dict[str, Any]:
    return {"id": id_, "at": "2026-03-10T09:00:00Z", "title": f"no {id_}", **values}


def test_local_times_are_in_the_sources_own_zone(read: Read) -> None:
    outcome = read([item(1, at="2026-03-10 23:30:00"), item(2, at="2026-07-10 23:30:00")], timezone="Europe/Berlin")
    assert outcome.status == "completed"
    assert stored("created_at") == {
        "1": datetime(2026, 3, 10, 22, 30, tzinfo=UTC),
        "2": datetime(2026, 7, 10, 21, 30, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("date_format", "value"),
    [("epoch", 1773133200), ("epoch_ms", "1773133200000"), ("%d/%m/%Y %H:%M", "10/03/2026 09:00")],
)
def test_a_date_format_reads_what_would_be_a_guess(date_format: str, value: Any, read: Read) -> None:
    read([item(1, at=value, changed=0)], date_format=date_format)
    assert stored("created_at") == stored("updated_at") == {"1": datetime(2026, 3, 10, 9, tzinfo=UTC)}


def test_without_one_such_dates_are_rejected_with_what_to_set_and_count_as_listed(read: Read, tenant: Tenant) -> None:
    read([item(n) for n in range(1, 6)])
    dates = [1773133200, "04/03/2026", "2026-03-10 09:00 EST", "NULL", "2026-03-10 09:00"]
    outcome = read([item(n, at=value) for n, value in enumerate(dates, 1)])
    assert (outcome.status, outcome.progress.counts.deleted) == ("partial", 0)
    assert reasons(tenant) == {
        "created_at is a number; set date_format to epoch (it counts seconds since 1970) or epoch_ms (milliseconds)": 1,
        "created_at may start with the day or the month; set a date_format": 1,
        "created_at names the zone EST, which is ambiguous; have it sent as an offset such as +01:00": 1,
        "created_at is missing": 1,
    }


def test_what_was_rejected_comes_in_once_the_source_says_how_dates_are_written(read: Read, tenant: Tenant) -> None:
    records = [item(1, at=1773133200)]
    assert read(records).progress.counts.quarantined == 1
    assert read(records, date_format="epoch").progress.counts.new_ingested == 1
    assert quarantine.count_records(tenant) == 0


def test_no_zone_name_makes_python_warn(read: Read, recwarn: pytest.WarningsRecorder) -> None:
    read([item(1, at="2026-03-10 09:00 XYZT"), item(2, at="Tue Mar 10 2026 09:00:00 GMT+0100 (CET)")])
    assert list(recwarn) == []
    assert stored("created_at") == {"2": datetime(2026, 3, 10, 8, tzinfo=UTC)}


def test_an_unset_update_stamp_costs_no_ticket(read: Read) -> None:
    unset = ["0000-00-00 00:00:00", "9999-12-31T00:00:00Z", "N/A", "NULL", "null", "None", "-", "", False, 0, None]
    outcome = read([item(n, changed=value) for n, value in enumerate(unset)])
    assert (outcome.status, outcome.progress.counts.new_ingested) == ("completed", len(unset))
    assert stored("updated_at") == stored("created_at")


def test_a_status_is_looked_up_as_json_writes_it(read: Read) -> None:
    states: list[Any] = [True, 2, 2.0, "2", ["open"], [False], " true "]
    status_map = {"true": "open", "2": "pending", "open": "new", "false": "closed"}
    read([item(n, state=state) for n, state in enumerate(states)], status_map=status_map)
    assert list(stored("status").values()) == ["open", "pending", "pending", "pending", "new", "closed", "open"]


def test_html_decides_nothing_and_counts_for_nothing_but_its_words(read: Read) -> None:
    html = (
        '<div class="msg"><p style="color:red;font-family:Arial">My parcel&nbsp;is late.</p>'
        '<a href="https://shop.example.com/t?urgent=1">track</a><img src="cid:1" alt="critical"></div>'
    )
    read([item(1, body=html)])
    assert stored("message") == {"1": "My parcel is late.\ntrack"}
    assert stored("topics") == {"1": ["parcel", "late", "track"]}
    assert stored("urgency")["1"] != "high"


def test_a_message_that_was_stored_with_its_tags_changes_once(read: Read) -> None:
    read([item(1, body="Hello")])
    tags = "<p>Hello</p><p>again</p>"
    mongo.collection("tickets").update_one({"external_id": "1"}, {"$set": {"message": tags, "digest": "of then"}})
    for _ in range(2):
        read([item(1, body=tags)])
    assert stored("message") == {"1": "Hello\nagain"}
    assert mongo.collection("ticket_history").count_documents({"external_id": "1", "action": "updated"}) == 1


class TestLeavingOut:
    RECORDS = (
        item(1, state="open"),
        item(2, state="open", pull_request={"url": "x"}),
        item(3, state="deleted"),
        item(4, state="open", pull_request=None),
        {"note": "no ticket", "state": "deleted"},
    )

    def test_records_that_are_no_tickets_are_neither_kept_nor_rejected(self, read: Read) -> None:
        outcome = read(list(self.RECORDS), skip_where={"pull_request": "*", "state": "deleted"})
        assert (outcome.status, outcome.progress.counts.quarantined) == ("completed", 0)
        assert list(stored("status")) == ["1", "4"]

    def test_a_ticket_that_is_left_out_from_now_on_leaves(self, read: Read) -> None:
        read([item(1), item(2)])
        read([item(1), item(2, state="deleted")], skip_where={"state": "deleted"})
        assert list(stored("status")) == ["1"]


@pytest.mark.parametrize(
    ("option", "complaint"),
    [({"timezone": "Mars/Base"}, "unknown time zone “Mars/Base”"), ({"date_format": "dd.mm"}, "not a format for a complete date"),
     ({"date_format": "%d.%m.%Y %Z"}, "%z"), ({"skip_where": ["state"]}, "skip_where")],
)  # fmt: skip
def test_a_wrong_setting_for_values_is_rejected_by_name(option: Mapping[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        check_options("rest", {"path": "/x", "fields": FIELDS, **option})


SCRIPTS = {
    "hi": ("सहायता चाहिए", "मुझे मदद दीजिए"),
    "bn": ("সাহায্য দরকার", "টাকা ফেরত চাই"),
    "ta": ("பணம் திரும்ப", "உதவி தேவை"),
    "th": ("ต้องการคืนเงิน", "ขอคืนเงินด้วยครับ"),
    "ja": ("クレジットカードの返金", "まだ届きません、ﾊﾞｯｸﾞが"),
    "th-am": ("ช่วยทำคำสั่งซื้อ ๒๕ ชิ้น", "น้ำดื่ม"),
    "km": ("ខ្ញុំត្រូវការជំនួយ", "សូមជួយ"),
    "my": ("ငွေပြန်အမ်းပါ", "ကူညီပါ"),
    "si": ("ශ්‍රී ලංකා", "මුදල් ආපසු"),
    "he": ("החזר כספי", "בבקשה"),
    "ar": ("استرداد الأموال", "من فضلكم"),
}


def find(tenant: Tenant, q: str) -> list[str]:
    return [
        each["external_id"] for each in TicketStore(tenant).queries.page_by_cursor(TicketFilter(q=q), size=20).tickets
    ]


class TestScripts:
    @pytest.fixture
    def tickets(self, tenant: Tenant) -> Tenant:
        store_tickets(tenant, [{"id": name, "subject": s, "message": m} for name, (s, m) in SCRIPTS.items()])
        store_words(tenant)
        return tenant

    @pytest.mark.parametrize("language", SCRIPTS)
    def test_every_word_and_phrase_finds_its_ticket(self, language: str, tickets: Tenant) -> None:
        for text in SCRIPTS[language]:
            for q in (text, f'"{text}"', *text.split()):
                assert find(tickets, q) == [language], q

    @pytest.mark.parametrize(
        ("q", "found"),
        [("คืน", ["th"]), ("คน", []), ("คนเงิน", []), ("सहाय", []), ("सहाय*", ["hi"])],
    )
    def test_a_word_with_other_vowel_signs_is_another_word(self, q: str, found: list[str], tickets: Tenant) -> None:
        assert find(tickets, q) == found

    def test_mongodb_finds_a_phrase_exactly_where_it_is_marked(self, db: None) -> None:
        texts = [unicodedata.normalize(form, " ".join(each)) for each in SCRIPTS.values() for form in ("NFC", "NFD")]
        texts += ["abc退款def 退款", "Cafés café", "ガﾊﾞ返金 12", "นำ คน คืน คำนวณ 25คน"]
        probe = mongo.database()["phrases_to_find"]
        probe.insert_many([{"_id": n, "text": text} for n, text in enumerate(texts)])
        for text in texts:
            words = split_words(text)
            for first in range(0, len(words), 2):
                phrase = Term(words[first : first + 3])
                found = probe.find({"text": {"$regex": phrase.pattern(), "$options": "i"}}, {"_id": 1})
                marked = {n for n, each in enumerate(texts) if find_hits(each, Query((phrase,), ()))}
                assert {each["_id"] for each in found} == marked, phrase

    def test_topics_are_whole_words(self, tickets: Tenant) -> None:
        topics = stored("topics")
        assert topics["hi"][:2] == ["सहायता", "चाहिए"]
        assert topics["bn"][0] == "সাহায্য"
        assert topics["th"][0] == "ต้องการคืนเงิน"

    def test_after_an_upgrade_such_tickets_have_their_words_and_topics_stored_once_more(self, tickets: Tenant) -> None:
        store_tickets(tickets, [{"id": "en", "subject": "Refund"}])
        store_words(tickets)
        collection = mongo.collection("tickets")
        before = stored("digest")
        collection.update_one({"external_id": "hi"}, {"$set": {"words": ["सह"], "topics": ["सह"]}})
        migration = import_module("tickets.migrations.0006_words_with_signs")
        migration.have_them_stored(None, None)
        assert collection.count_documents({"unindexed_since": {"$exists": True}, "external_id": "en"}) == 0
        while RECLASSIFICATION.walk_next_page(tickets, owner_id="test"):
            pass
        store_words(tickets)
        assert stored("digest") == before
        assert stored("topics")["hi"][0] == "सहायता"
        assert find(tickets, "सहायता") == ["hi"]
        assert mongo.collection("ticket_history").count_documents({"action": "updated"}) == 0
