"""A ticket needs action if a request or a question in it is still open. Only the text counts, not the ticket's status."""

import pytest

from tickets.classification.classify import classify_ticket
from tickets.classification.highlighting import reasons
from tickets.classification.verdicts import Classification


def classify(message: str, subject: str = "") -> Classification:
    return classify_ticket(subject=subject, message=message)


@pytest.mark.parametrize(
    "text",
    [
        "Please send me the contract",
        "Could you move the visit to Friday",
        "What time does the desk open",
        "How many seats are left",
        "My card does not work at the till",
        "We need two more licences",
        "There is a smell of gas in our street",
        "Our lawyers will write to you",
        "I can see another customer's invoices",
    ],
)
def test_an_open_request_a_fault_and_a_danger_need_action(text: str) -> None:
    assert classify(text).requires_action


@pytest.mark.parametrize(
    "text",
    [
        "Wednesday between nine and twelve suits us",
        "The engineer came on Monday, we had a call on Tuesday",
        "The technician was here",
        "Many thanks. Please pass it on",
        "Here is the photo that you asked for",
        "The refund reached my account. From my side this is settled",
        "The lamp was broken, but I have mended it. No answer needed",
        "For your files: the signed form is attached",
        "You can close this ticket, it fixed itself",
    ],
)
def test_news_thanks_and_what_is_settled_need_no_action(text: str) -> None:
    assert not classify(text).requires_action


def test_reasons_say_what_spoke_against_a_request() -> None:
    found = reasons(classify("The lamp was broken, but no answer needed"))[2]
    assert (found.verdict, found.raised, found.lowered) == ("no", ("broken",), ("no answer needed",))


def test_the_reason_for_action_names_a_matter_that_is_always_high() -> None:
    found = reasons(classify("There is a smell of gas in our street"))[2]
    assert (found.verdict, found.terms) == ("yes", ("smell of gas",))


@pytest.mark.parametrize(
    "text",
    ["This is my second mail. Still no answer.", "Do not send the chairs before May", "Copy me on the offer to Leeds"],
)
def test_reminders_and_prohibitions_need_action(text: str) -> None:
    assert classify_ticket(subject="", message=text).requires_action


def test_wanting_to_do_something_oneself_needs_no_action() -> None:
    assert not classify_ticket(subject="", message="Our guests want to swim in the lake").requires_action
