"""Grouping news into messages: one per customer, or a digest."""

from datetime import UTC, datetime, timedelta

from tickets.alerts.drafting import News, draft_alone, draft_next
from tickets.alerts.messages import TicketFacts

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def news(number: int, *, customer: str | None = None, urgency: str = "high") -> News:
    facts = TicketFacts(
        ticket_id=f"T-{number}",
        subject=f"Case {number}",
        customer_id=f"cust_{number}" if customer is None else customer,
        urgency=urgency,
        sentiment="negative",
        reason="High urgency: legal threat (“lawsuit”)",
        created_at=NOON,
    )
    return News(key=f"key-{number}", ticket=facts, created_at=NOON + timedelta(minutes=number))


def test_a_message_about_one_ticket_has_the_key_of_its_news() -> None:
    draft = draft_next([news(1), news(2)])
    assert (draft.kind, draft.key, draft.customers) == ("ticket", "key-1", ["cust_1"])
    assert draft.headline == "Urgent ticket T-1 from cust_1: Case 1"


def test_tickets_of_one_customer_become_one_message() -> None:
    draft = draft_next([news(1, customer="c"), news(2), news(3, customer="c")])
    assert [each.ticket.ticket_id for each in draft.news] == ["T-1", "T-3"]
    assert draft.headline == "2 urgent tickets from c; oldest: Case 1"
    assert draft.kind == "ticket"


def test_up_to_ten_tickets_are_single_messages_and_more_are_a_digest() -> None:
    ten = [news(number) for number in range(1, 11)]
    assert len(draft_next(ten).news) == 1
    digest = draft_next([*ten, news(11, urgency="medium")])
    assert (digest.kind, len(digest.news)) == ("digest", 11)
    assert digest.headline == "11 tickets from 11 customers; oldest: Case 1"


def test_tickets_without_a_customer_are_never_combined() -> None:
    assert len(draft_next([news(1, customer=""), news(2, customer="")]).news) == 1


def test_a_message_key_depends_only_on_its_news() -> None:
    some = [news(1, customer="c"), news(2, customer="c")]
    assert draft_next(some).key == draft_next(some).key
    assert draft_next(some).key not in {draft_next([*some, news(3, customer="c")]).key, "key-1", "key-2"}


def test_the_native_protocol_gets_one_message_per_ticket() -> None:
    assert draft_alone(news(1)).key == "key-1"
