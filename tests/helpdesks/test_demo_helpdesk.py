"""The demo helpdesk over real HTTP, with a clock set by the test."""

import json
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import processes
from tickets.demo.notify_endpoint import NotifyRules
from tickets.demo.server import DemoHelpdesk
from tickets.demo.tickets import DEFAULT_SIZES
from tickets.records.conversation import read_conversation
from tickets.records.details import DETAIL_FIELDS, read_details

ANCHOR = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
SMALL = {"tenant_a": 130, "tenant_b": 60, "tenant_c": 45, "tenant_d": 20}
FIELDS = {
    "id", "tenant_id", "source", "customer_id", "subject", "message", "created_at", "updated_at", "status",
}  # fmt: skip
NOTIFICATION = {"ticket_id": "a-000001", "tenant_id": "tenant_a", "urgency": "high", "reason": "refund"}
ROOT = Path(__file__).resolve().parents[2]

Records = list[dict[str, Any]]


class Clock:
    """The helpdesk's clock; call it to read the time."""

    def __init__(self) -> None:
        self.at = ANCHOR

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    # No TLS on loopback, and loading the certificates is slower than most of these tests.
    with httpx.Client(timeout=5, trust_env=False, verify=False) as client:
        yield client


def helpdesk(clock: Clock, **options: Any) -> DemoHelpdesk:
    return DemoHelpdesk(**{"anchor": ANCHOR, "now": clock, "sizes": SMALL, "rate_limit": None, **options})


def page(http: httpx.Client, desk: DemoHelpdesk, **params: object) -> dict[str, Any]:
    answer = http.get(
        f"{desk.url}/external/support-tickets", params={name: str(value) for name, value in params.items()}
    )
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    assert set(content) == {"tickets", "next_page", "total_count"}
    return content


def read_all(http: httpx.Client, desk: DemoHelpdesk, tenant: str | None, page_size: int = 100) -> Records:
    """Read all pages by next_page."""
    records: Records = []
    number: int | None = 1
    params: dict[str, object] = {} if tenant is None else {"tenant_id": tenant}
    while number is not None:
        content = page(http, desk, **params, page=number, page_size=page_size)
        records += content["tickets"]
        number = content["next_page"]
    assert len(records) == content["total_count"]
    return records


def deleted_ids(http: httpx.Client, desk: DemoHelpdesk, **params: str) -> list[str]:
    ids: list[str] = http.get(f"{desk.url}/external/deleted-tickets", params=params).json()["deleted_ids"]
    return ids


def test_pages_cover_every_ticket_once_in_order_of_creation(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        records = read_all(http, desk, "tenant_a", page_size=50)
    ids = [record["id"] for record in records]
    assert len(set(ids)) == 130
    assert ids == sorted(ids)
    assert ids[0] == "a-000001"
    assert all(one["created_at"] <= two["created_at"] for one, two in pairwise(records))
    assert [path for _, _, path in desk.requests][-1].endswith("page=3&page_size=50")


def test_a_page_that_ends_with_the_last_ticket_has_no_next_page(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        assert page(http, desk, tenant_id="tenant_b", page=1, page_size=60)["next_page"] is None
        assert page(http, desk, tenant_id="tenant_b", page=1, page_size=59)["next_page"] == 2


def test_a_page_past_the_end_is_empty(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        content = page(http, desk, tenant_id="tenant_d", page=7)
    assert content == {"tickets": [], "next_page": None, "total_count": 20}


def test_each_tenant_gets_only_its_own_records_with_all_fields(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        feeds = {tenant: read_all(http, desk, tenant) for tenant in SMALL}
    for tenant, records in feeds.items():
        assert len(records) == SMALL[tenant]
        assert {record["tenant_id"] for record in records} == {tenant}
        for record in records:
            assert set(record) >= FIELDS
            assert record["source"] in {"email", "chat", "phone", "web"}
            assert record["status"] in {"open", "in_progress", "pending", "resolved", "closed"}
            assert re.fullmatch(r"cust_\d{4}", record["customer_id"])
            created = datetime.fromisoformat(record["created_at"])
            assert ANCHOR - timedelta(days=30) <= created < ANCHOR
            assert created <= datetime.fromisoformat(record["updated_at"]) <= ANCHOR
            assert "{" not in record["subject"] + record["message"]


def test_records_have_the_optional_fields_that_their_state_allows(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        records = read_all(http, desk, "tenant_a")
    for record in records:
        details, left_out = read_details(record)
        assert left_out == () and set(record) - FIELDS <= {*DETAIL_FIELDS, "resolved_at", "messages"}
        assert details.customer_name and details.type and details.language
        assert (details.due_at is None) == (details.priority is None)
        is_done = record["status"] in ("resolved", "closed")
        assert ("resolved_at" in record) == is_done
        assert is_done <= (details.assignee is not None) == (details.first_reply_at is not None)
        created = datetime.fromisoformat(record["created_at"])
        assert details.first_reply_at is None or created < details.first_reply_at <= ANCHOR
        assert not is_done or created < datetime.fromisoformat(record["resolved_at"]) <= ANCHOR
    for name in ("team", "priority", "organisation", "tags", "assignee"):
        known = sum(1 for record in records if record.get(name))
        assert len(records) * 0.2 < known < len(records), name


def test_records_have_the_conversation_so_far(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        before = {record["id"]: record for record in read_all(http, desk, "tenant_a")}
        clock.forward(hours=8)
        after = {record["id"]: record for record in read_all(http, desk, "tenant_a")}
    for record in (*before.values(), *after.values()):
        conversation = read_conversation(record["messages"])
        assert len(conversation.messages) == len(record["messages"])
        public = [each for each in conversation.messages if not each.is_internal]
        assert record["replies"] == len(public)
        by_agents = [each for each in public if not each.is_customer]
        assert {each.author for each in conversation.messages} <= {record["customer_name"], record.get("assignee")}
        assert read_details(record)[0].first_reply_at == min((each.at for each in by_agents), default=None)
        assert all(each.at.isoformat() <= record["updated_at"].replace("Z", "+00:00") for each in conversation.messages)
    both = before.keys() & after.keys()
    assert all(before[id_]["messages"] == after[id_]["messages"][: len(before[id_]["messages"])] for id_ in both)
    assert any(before[id_]["messages"] != after[id_]["messages"] for id_ in both)
    kinds = Counter(
        (each["is_customer"], each["is_internal"]) for record in after.values() for each in record["messages"]
    )
    assert set(kinds) == {(True, False), (False, False), (False, True)}


def test_an_unknown_tenant_has_an_empty_helpdesk(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        assert page(http, desk, tenant_id="nobody")["total_count"] == 0
        assert deleted_ids(http, desk, tenant_id="nobody") == []


def test_the_default_tickets_look_like_a_real_helpdesk(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, sizes=None) as desk:
        feeds = {tenant: read_all(http, desk, tenant) for tenant in DEFAULT_SIZES}
    assert {tenant: len(records) for tenant, records in feeds.items()} == DEFAULT_SIZES
    everything = [record for records in feeds.values() for record in records]
    alarming = re.compile(r"lawsuit|gdpr|refund|chargeback|breach|critical|(?<!not )urgent|immediately")
    texts = [f"{record['subject']} {record['message']}".lower() for record in everything]
    shouting = [text for text in texts if alarming.search(text)]
    # About 7 % are urgent. Alarming words are in many others, too, such as thank-you notes and signatures.
    assert 0.10 < len(shouting) / len(everything) < 0.25
    # Nobody's list looks copied: hardly two messages are the same.
    assert len({record["message"] for record in everything}) > 0.97 * len(everything)
    for records in feeds.values():
        busiest = Counter(record["customer_id"] for record in records).most_common(2)
        assert all(count >= 8 for _, count in busiest)
    assert any("Grüße" in record["message"] for record in everything)
    assert any("Bonjour" in record["message"] for record in everything)
    assert any("😊" in record["message"] for record in everything)
    old = [record for record in everything if record["created_at"] < "2026-02-24"]
    assert sum(record["status"] == "closed" for record in old) > 0.85 * len(old)
    weekdays = Counter(datetime.fromisoformat(record["created_at"]).weekday() for record in feeds["tenant_b"])
    assert weekdays[6] < weekdays[1] / 2


def test_a_restart_with_the_same_anchor_gives_the_same(http: httpx.Client, clock: Clock) -> None:
    clock.forward(hours=30)
    with helpdesk(clock) as desk:
        before = read_all(http, desk, None), deleted_ids(http, desk)
    # The second one is asked at other moments first: what it answered then must not change what it answers.
    early = Clock()
    with helpdesk(early) as desk:
        at_the_anchor = read_all(http, desk, None)
        for _ in range(10):
            early.forward(hours=2, minutes=30)
            deleted_ids(http, desk)
        early.at = clock.at
        after = read_all(http, desk, None), deleted_ids(http, desk)
        early.at = ANCHOR
        back_at_the_anchor = read_all(http, desk, None)
    assert before == after
    assert at_the_anchor == back_at_the_anchor


def test_tickets_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    """A hash seed needs a new interpreter."""
    program = (
        "from datetime import *; from tickets.demo.tickets import DemoTenant; import hashlib;"
        "a = datetime(2026, 3, 16, tzinfo=UTC); t = DemoTenant(name='tenant_a', anchor=a, size=50);"
        "print(hashlib.sha256(repr(t.tickets_at(a + timedelta(hours=3))).encode()).hexdigest())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_time_brings_new_changed_and_deleted_tickets(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, sizes=None) as desk:
        first = {record["id"]: record for record in read_all(http, desk, "tenant_a")}
        gone_before = deleted_ids(http, desk, tenant_id="tenant_a")
        clock.forward(hours=8)
        second = {record["id"]: record for record in read_all(http, desk, "tenant_a")}
        gone_after = deleted_ids(http, desk, tenant_id="tenant_a")

    new = set(second) - set(first)
    assert 60 < len(new) < 200
    assert min(new) > max(first)
    assert all(second[id_]["created_at"] > "2026-03-16T09:00:00Z" for id_ in new)

    newly_gone = set(gone_after) - set(gone_before)
    assert set(gone_before) <= set(gone_after)
    assert newly_gone
    assert newly_gone.isdisjoint(second)
    assert set(first) - set(second) <= newly_gone

    both = [(first[id_], second[id_]) for id_ in set(first) & set(second)]
    moved = [(old, now) for old, now in both if old["updated_at"] != now["updated_at"]]
    assert all(old["updated_at"] < now["updated_at"] for old, now in moved)
    assert all(old == now for old, now in both if old["updated_at"] == now["updated_at"])
    assert any(old["status"] != now["status"] for old, now in moved)
    # The stamp alone moves, too.
    assert any({**old, "updated_at": ""} == {**now, "updated_at": ""} for old, now in moved)


def test_what_callers_and_chatters_add_makes_the_text_longer(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, sizes={"tenant_d": 300}) as desk:
        first = {record["id"]: record for record in read_all(http, desk, "tenant_d")}
        clock.forward(hours=72)
        second = {record["id"]: record for record in read_all(http, desk, "tenant_d")}
    both = [(first[id_], second[id_]) for id_ in set(first) & set(second)]
    longer = [(old, now) for old, now in both if old["message"] != now["message"]]
    assert longer
    assert {old["source"] for old, _ in longer} <= {"chat", "phone"}
    assert all(now["message"].startswith(old["message"]) for old, now in longer)


def test_a_ticket_goes_from_open_to_closed_and_may_be_reopened(http: httpx.Client, clock: Clock) -> None:
    seen: dict[str, list[str]] = {}
    with helpdesk(clock, sizes={"tenant_a": 200}) as desk:
        for _ in range(120):
            for record in page(http, desk, tenant_id="tenant_a", page=3)["tickets"]:
                statuses = seen.setdefault(record["id"], [])
                if statuses[-1:] != [record["status"]]:
                    statuses.append(record["status"])
            clock.forward(hours=1)
    stories = list(seen.values())
    assert any(story[0] == "open" and story[-1] == "closed" and "in_progress" in story for story in stories)
    assert any("resolved" in story and "open" in story[story.index("resolved") :] for story in stories)


def test_deleted_tickets_of_all_tenants_are_listed_without_a_tenant(http: httpx.Client, clock: Clock) -> None:
    clock.forward(hours=12)
    with helpdesk(clock) as desk:
        everybody = deleted_ids(http, desk)
        one_by_one = [id_ for tenant in SMALL for id_ in deleted_ids(http, desk, tenant_id=tenant)]
    assert everybody == one_by_one
    assert {id_[0] for id_ in everybody} == set("abcd")


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "two"}, "page"),
        ({"page": ""}, "page"),
        ({"page": "9" * 5000}, "page"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
        ({"page_size": "1.5"}, "page_size"),
        ({"tenant_id": ""}, "tenant_id"),
        ({"tenant_id": "a b"}, "tenant_id"),
        ({"tenant_id": ["tenant_a", "tenant_b"]}, "tenant_id"),
    ],
)
def test_a_bad_parameter_is_named(
    http: httpx.Client,
    clock: Clock,
    params: dict[str, Any],
    named: str,
) -> None:
    with helpdesk(clock) as desk:
        answer = http.get(f"{desk.url}/external/support-tickets", params={"tenant_id": "tenant_a", **params})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"{named}:")


def test_a_larger_page_size_can_be_allowed(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, max_page_size=500) as desk:
        assert len(page(http, desk, tenant_id="tenant_a", page_size=500)["tickets"]) == 130


def test_an_unknown_path_is_404_and_a_wrong_method_405(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock) as desk:
        assert http.get(f"{desk.url}/external/other").status_code == 404
        wrong = http.post(f"{desk.url}/health", json={})
        assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET")
        assert http.get(f"{desk.url}/notify").json()["detail"]
        assert http.request("OPTIONS", f"{desk.url}/health").json()["detail"]
        assert http.get(f"{desk.url}/health").json() == {"status": "ok"}


def test_the_61st_request_is_rejected_until_the_window_slides(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, rate_limit=60) as desk:
        url = f"{desk.url}/external/deleted-tickets"
        for _ in range(30):
            assert http.get(url).status_code == 200
        clock.forward(seconds=20.5)
        for _ in range(30):
            assert http.get(f"{desk.url}/external/support-tickets?page_size=1").status_code == 200
        refused = http.get(url)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "40"
        assert refused.json()["remaining"] == 0
        assert refused.json()["retry_after"] == 40
        assert http.get(f"{desk.url}/health").status_code == 200

        clock.forward(seconds=39)
        assert http.get(url).headers["Retry-After"] == "1"
        clock.forward(seconds=1)
        # The first thirty have left the window, the second thirty have not.
        assert Counter(http.get(url).status_code for _ in range(31)) == {200: 30, 429: 1}
        assert sum(path.startswith("/external") for _, _, path in desk.requests) == 93


def test_limit_and_window_can_be_set(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, rate_limit=1, window_seconds=5) as desk:
        url = f"{desk.url}/external/deleted-tickets"
        assert [http.get(url).status_code for _ in range(2)] == [200, 429]
        clock.forward(seconds=5)
        assert http.get(url).status_code == 200


def test_notify_fails_the_first_two_attempts_for_each_ticket(http: httpx.Client, clock: Clock) -> None:
    other = {**NOTIFICATION, "ticket_id": "a-000002"}
    with helpdesk(clock, notify=NotifyRules(shortest_delay=0, longest_delay=0)) as desk:
        url = f"{desk.url}/notify"
        assert [http.post(url, json=NOTIFICATION).status_code for _ in range(3)] == [500, 500, 200]
        assert [http.post(url, json=other).status_code for _ in range(3)] == [500, 500, 200]
        assert http.post(url, json=NOTIFICATION).status_code == 200
        assert desk.notifications == [NOTIFICATION, other, NOTIFICATION]


def test_notify_closes_for_30_seconds_after_ten_failures_in_a_row(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, notify=NotifyRules(shortest_delay=0, longest_delay=0)) as desk:
        url = f"{desk.url}/notify"
        bodies = [{**NOTIFICATION, "ticket_id": f"a-{number:06d}"} for number in range(11)]
        assert {http.post(url, json=body).status_code for body in bodies[:10]} == {500}
        clock.forward(seconds=10)
        shut = http.post(url, json=bodies[10])
        assert (shut.status_code, shut.headers["Retry-After"]) == (503, "20")
        clock.forward(seconds=20)
        # What came to the shut door was no attempt: the eleventh still has both of its failures before it.
        assert [http.post(url, json=bodies[10]).status_code for _ in range(3)] == [500, 500, 200]
        assert desk.notifications == [bodies[10]]


def test_notify_delays_and_failures_can_be_configured(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, notify=NotifyRules(failures_per_ticket=0, shortest_delay=0.03, longest_delay=0.03)) as desk:
        started = time.monotonic()
        assert http.post(f"{desk.url}/notify", json=NOTIFICATION).json() == {"status": "accepted"}
        assert time.monotonic() - started >= 0.03


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**NOTIFICATION, "ticket_id": ""}, "ticket_id"),
        ({**NOTIFICATION, "tenant_id": 7}, "tenant_id"),
        ({**NOTIFICATION, "urgency": "very"}, "urgency"),
        ({name: value for name, value in NOTIFICATION.items() if name != "reason"}, "reason"),
        ([NOTIFICATION], "object"),
    ],
)
def test_notify_rejects_invalid_bodies(http: httpx.Client, clock: Clock, body: object, named: str) -> None:
    with helpdesk(clock, notify=NotifyRules(failures_per_ticket=0, shortest_delay=0, longest_delay=0)) as desk:
        answer = http.post(f"{desk.url}/notify", json=body)
        assert answer.status_code == 422
        assert named in answer.json()["detail"]
        assert http.post(f"{desk.url}/notify", content=b"\xff{").status_code == 422
        assert desk.notifications == []


def test_every_nth_record_belongs_to_another_tenant(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, foreign_every=10) as desk:
        records = read_all(http, desk, "tenant_a", page_size=33)
    foreign = [number for number, record in enumerate(records, 1) if record["tenant_id"] != "tenant_a"]
    assert foreign == list(range(10, len(records) + 1, 10))
    assert len(records) - len(foreign) == 130
    assert len({record["id"] for record in records if record["tenant_id"] == "tenant_a"}) == 130


def test_a_single_tenant_gets_records_of_an_invented_one(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, sizes={"acme": 12}, foreign_every=5) as desk:
        records = read_all(http, desk, "acme")
    assert Counter(record["tenant_id"] for record in records) == {"acme": 12, "tenant_z": 3}


def test_a_server_that_ignores_the_tenant_mixes_all_records(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, ignore_tenant=True) as desk:
        records = read_all(http, desk, "tenant_b")
        first_page = page(http, desk, tenant_id="tenant_b")["tickets"]
    assert Counter(record["tenant_id"] for record in records) == SMALL
    assert len({record["id"] for record in records}) == sum(SMALL.values())
    assert len({record["tenant_id"] for record in first_page}) == 4


def test_fast_pages_are_disjoint_and_add_up_to_the_total(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, fast=True, sizes={"tenant_a": 3_450, "tenant_b": 10}) as desk:
        records = read_all(http, desk, "tenant_a", page_size=1_000)
        assert page(http, desk, tenant_id="tenant_a", page=4, page_size=1_000)["tickets"] == records[3_000:]
        small_page = page(http, desk, tenant_id="tenant_a", page=24, page_size=100)["tickets"]
        assert len(page(http, desk, tenant_id="tenant_b")["tickets"]) == 10
    assert small_page == records[2_300:2_400]
    ids = [record["id"] for record in records]
    assert len(set(ids)) == 3_450
    assert ids == sorted(ids)
    assert all(set(record) == FIELDS for record in records)
    assert all(one["created_at"] <= two["created_at"] for one, two in pairwise(records))
    assert datetime.fromisoformat(records[0]["created_at"]) < ANCHOR - timedelta(days=360)
    assert ANCHOR - timedelta(days=3) < datetime.fromisoformat(records[-1]["created_at"]) <= ANCHOR
    assert all(record["created_at"] <= record["updated_at"] <= "2026-03-16T09:00:00Z" for record in records)
    assert len({record["message"] for record in records}) > 1_500


def test_the_last_page_of_a_million_is_as_fast_as_the_first(http: httpx.Client, clock: Clock) -> None:
    with helpdesk(clock, fast=True, sizes={"tenant_a": 1_000_000}) as desk:
        content = page(http, desk, tenant_id="tenant_a", page=1_000, page_size=1_000)
    assert content["total_count"] == 1_000_000
    assert content["next_page"] is None
    assert [content["tickets"][place]["id"] for place in (0, -1)] == ["a-0999001", "a-1000000"]


def test_fast_feeds_of_unequal_size_mix_without_loss(http: httpx.Client, clock: Clock) -> None:
    sizes = {"tenant_a": 70, "tenant_b": 31, "tenant_c": 0, "tenant_d": 50}
    with helpdesk(clock, fast=True, sizes=sizes, ignore_tenant=True) as desk:
        records = read_all(http, desk, "tenant_a", page_size=40)
    assert len({record["id"] for record in records}) == 151
    assert len({record["tenant_id"] for record in records[:3]}) == 3


def test_requests_on_a_kept_alive_connection_are_fast(clock: Clock) -> None:
    with helpdesk(clock) as desk, httpx.Client(trust_env=False) as http:
        http.get(f"{desk.url}/health")
        started = time.monotonic()
        for _ in range(50):
            http.get(f"{desk.url}/health")
        # A delayed acknowledgement would cost 40 ms each time.
        assert time.monotonic() - started < 10


def test_a_stopped_helpdesk_closes_open_connections(clock: Clock, http: httpx.Client) -> None:
    desk = helpdesk(clock).start()
    url = desk.url
    http.get(f"{url}/health")
    desk.stop()
    desk.stop()
    with pytest.raises(httpx.TransportError):
        http.get(f"{url}/health")
    with pytest.raises(RuntimeError):
        _ = desk.url


def test_a_client_that_hangs_up_does_no_harm(
    clock: Clock, http: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with helpdesk(clock) as desk:
        port = int(desk.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST /notify HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST /notify HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
            # Closed without lingering, the connection is reset under the server's hands.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"nonsense\r\n\r\n")
            assert b" 400 " in connection.recv(1000)
        assert http.get(f"{desk.url}/health").status_code == 200
        assert [path for _, _, path in desk.requests] == ["/health"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "options", [{"anchor": ANCHOR.replace(tzinfo=None)}, {"sizes": {"tenant_a": -1}}, {"foreign_every": 1}]
)
def test_invalid_demo_settings_are_rejected(clock: Clock, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"anchor|foreign_every"):
        helpdesk(clock, **options)


def run_command(*arguments: str) -> "subprocess.Popen[str]":
    """The management command in its own process, in a minimal project."""
    program = (
        "import sys; from django.conf import settings; settings.configure(); import django; django.setup();"
        "from tickets.management.commands.demo_helpdesk import Command;"
        "Command().run_from_argv(['manage.py', 'demo_helpdesk', *sys.argv[1:]])"
    )
    return processes.start("-c", program, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_where_it_is_and_ends_cleanly(http: httpx.Client, ending: signal.Signals) -> None:
    with run_command("--port", "0", "--anchor", "2026-03-16T09:00:00Z", "--tickets", "1500") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert url
        assert "2026-03-16T09:00:00Z" in line
        answer = http.get(f"{url[0]}/external/support-tickets?tenant_id=tenant_c&page_size=1000")
        assert json.loads(answer.content)["total_count"] == 1_500
        process.send_signal(ending)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_the_command_says_in_one_sentence_that_the_port_is_in_use(clock: Clock) -> None:
    with helpdesk(clock) as desk:
        port = desk.url.rsplit(":", 1)[1]
        with run_command("--port", port) as process:
            out, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert out == ""
    sentence = f"Port {port} on 127.0.0.1 is already in use. Choose another one with --port."
    assert err.strip() == f"CommandError: {sentence}"
