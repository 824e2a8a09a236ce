"""What makes a ticket urgent, what lowers it, and how both are explained."""

import pytest

from tickets.classification.classify import classify_ticket
from tickets.classification.deciding_words import deciding_words
from tickets.classification.highlighting import Reason, reasons
from tickets.classification.latest import classify_with_latest
from tickets.classification.verdicts import Classification


def classify(message: str, subject: str = "") -> Classification:
    return classify_ticket(subject=subject, message=message)


def reason(result: Classification, category: str) -> Reason:
    return next(each for each in reasons(result) if each.category == category)


DANGERS = [
    "There is a strong smell of gas in the stairwell",
    "The heater caught fire last night",
    "The charger started to smoke",
    "My daughter got an electric shock from the lamp",
    "Two people were injured by the shelf",
    "He was taken to hospital after using your cream",
    "The power is off and my father is on an oxygen concentrator",
    "Our dialysis machine has no water",
    "Somebody wrote to us that he will kill himself",
    "I want to end my life",
    "Your driver said he would hurt me, he made a death threat",
    "We are stuck in the lift",
]


@pytest.mark.parametrize("text", DANGERS)
def test_danger_to_people_is_always_high_and_named_as_safety(text: str) -> None:
    result = classify(f"No rush, whenever you can. {text}. Many thanks, you are wonderful and strong.")
    assert result.urgency == "high"
    assert result.sentiment != "positive"
    assert "safety" in {each.matter for each in result.evidence}
    assert any("safety" in each for each in reason(result, "urgency").terms)


@pytest.mark.parametrize(
    "text",
    [
        "Do you sell smoke alarms and emergency lights?",
        "Nobody was hurt, no injuries",
        "Our fire sale begins on Monday",
        "My mother has a critical eye",
    ],
)
def test_words_of_danger_where_nobody_is_in_danger_are_not_high(text: str) -> None:
    assert classify(text).urgency != "high"


@pytest.mark.parametrize(
    "text",
    [
        "I can see another customer's invoices in my account",
        "The portal shows me the orders of a stranger",
        "After the login I get somebody else's details in the list",
    ],
)
def test_seeing_the_data_of_others_is_always_high(text: str) -> None:
    result = classify(text)
    assert result.urgency == "high"
    assert "other people's data" in result.keywords


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        ("It is right now, thank you", "The bill is correct. Excellent help."),
        ("", "Many thanks, the meter is right now. I had feared the worst."),
        ("Thanks to your engineer", "She came within the hour, very kind."),
        ("", "Your colleague came within the hour. Thank you so much, great service."),
        ("", "What looked like an emergency was solved in a minute. You are wonderful."),
    ],
)
def test_a_thank_you_note_is_never_high(subject: str, message: str) -> None:
    result = classify(message, subject)
    assert result.urgency != "high"
    assert result.sentiment == "positive"


def test_thanks_that_lowered_the_urgency_are_shown() -> None:
    result = classify("Many thanks, she came within the hour. Perfect.")
    assert result.urgency == "low"
    assert {"many thanks", "perfect"} <= set(reason(result, "urgency").lowered)
    assert "within the hour" in reason(result, "urgency").raised


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your reply, but production is down",
        "Thanks. We need the refund immediately",
        "I love your shop. Please escalate this",
        "Thank you so much for nothing, my lawyer will write to you",
    ],
)
def test_thanks_before_an_open_request_do_not_lower_the_urgency(text: str) -> None:
    assert classify(text).urgency == "high"


@pytest.mark.parametrize(
    "text",
    [
        "Does the export write its changes immediately, or once a night?",
        "Where do we set the escalation rules?",
        "If a task is critical, the lead should get a mail as well.",
        "How long does a refund take?",
    ],
)
def test_a_question_about_how_something_works_is_not_high(text: str) -> None:
    assert classify(text).urgency != "high"


@pytest.mark.parametrize(
    "text",
    [
        "Where is my refund?",
        "Can you escalate this?",
        "What about our refund?",
        "If you do not refund me, I call my bank",
        "How can this be? It is critical.",
    ],
)
def test_a_question_about_ones_own_matter_stays_high(text: str) -> None:
    assert classify(text).urgency == "high"


@pytest.mark.parametrize(
    "text",
    ["Critical: our tap has no pressure", "No pressure in the pipes. It is critical.", "Urgent, no water pressure"],
)
def test_no_pressure_in_a_pipe_lowers_nothing(text: str) -> None:
    assert classify(text).urgency == "high"


@pytest.mark.parametrize("text", ["A critical review. No pressure.", "It is critical, no pressure though"])
def test_no_pressure_between_people_lowers_the_urgency(text: str) -> None:
    result = classify(text)
    assert result.urgency != "high"
    assert [each.term.split()[:2] for each in result.evidence if each.lowered] == [["no", "pressure"]]


def test_what_is_settled_is_not_high() -> None:
    assert classify("The refund reached my account last week. From my side this is settled.").urgency == "low"


def test_reasons_say_what_raised_and_what_lowered_the_urgency() -> None:
    found = reason(classify("This is critical, but no rush."), "urgency")
    assert (found.verdict, found.raised, found.lowered) == ("medium", ("critical",), ("no rush",))
    low = reason(classify("A minor error, no rush, just curious"), "urgency")
    assert (low.verdict, low.raised) == ("low", ("error",))
    assert set(low.lowered) == {"minor", "no rush", "just curious"}


def test_reasons_show_what_spoke_for_the_other_sentiment() -> None:
    found = reason(classify("I hate the app, the design is good"), "sentiment")
    assert (found.verdict, found.terms, found.against) == ("negative", ("hate",), ("good",))


def test_deciding_words_leave_out_what_lowered() -> None:
    words = deciding_words(classify("Please send the invoice. Just to let you know, this is critical, no rush. Error."))
    assert words["urgency"] == ("critical", "error")
    assert "just to let you know" not in words["action"]
    assert words["sentiment"] == ()


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("Rain has come in and the water stands right below the sockets", "safety"),
        ("A power line hangs over our garden", "safety"),
        ("The gas bottle in the shed hisses", "safety"),
        ("Since we drank the water our four children are sick", "safety"),
        ("Her insulin is enough until Sunday", "safety"),
        ("The whole valley is to be evacuated", "safety"),
        ("Your letter with our payslips went to a stranger", "breach"),
        ("An intern posted our API key in a forum", "breach"),
    ],
)
def test_facts_of_danger_and_of_data_are_always_high(text: str, matter: str) -> None:
    result = classify(f"No rush. {text}. Thank you so much.")
    assert (result.urgency, result.sentiment != "positive") == ("high", True)
    assert matter in {each.matter for each in result.evidence}


@pytest.mark.parametrize(
    "text",
    [
        "Nobody here can log in",
        "None of our drivers can sign in",
        "Our train leaves in 20 minutes and the gate refuses the ticket",
        "We are stuck at the airport in Graz and nowhere to sleep",
        "Somebody used my card in your shop",
    ],
)
def test_facts_that_leave_no_time_are_high(text: str) -> None:
    assert classify(text).urgency == "high"


@pytest.mark.parametrize(
    "text",
    [
        "The smell of gas was a false alarm, all safe",
        "When the socket sparked I had feared the worst. Now it works again, thank you",
        "Your technician was here within the hour",
        "The refund of 12 euros has arrived",
        "Is the executive lounge open on Sundays?",
        "Hello,\n\nWhat is the answering time for a critical outage?",
        "Refund or voucher?",
        "Is a transfer immediate or overnight?",
    ],
)
def test_what_is_over_or_only_asked_is_not_high(text: str) -> None:
    assert classify(text).urgency != "high"


@pytest.mark.parametrize(
    "text", ["A smell of gas. Is it a false alarm?", "A smell of gas, and it is not a false alarm"]
)
def test_a_danger_that_may_not_be_over_stays_high(text: str) -> None:
    assert classify(text).urgency == "high"


def test_thanks_beside_a_danger_of_the_first_text_are_not_positive() -> None:
    result = classify_with_latest(subject="", message="A smell of gas here", latest="Thank you so much, great help!")
    assert (result.urgency, result.sentiment) == ("high", "neutral")


THANKED = [
    ("en", "Thanks, the refund arrived"),
    ("en", "Thank you, the refund has been credited."),
    ("en", "Thanks, I got my money back."),
    ("de", "Danke, die Rückerstattung ist angekommen."),
    ("de", "Vielen Dank, ich habe die Rueckerstattung erhalten."),
    ("fr", "Merci, le remboursement est arrivé."),
    ("es", "Gracias, el reembolso ha llegado."),
    ("es", "Gracias, ya recibí el reembolso."),
]


@pytest.mark.parametrize(("language", "text"), THANKED)
def test_thanks_for_money_that_has_come_ask_for_nothing(language: str, text: str) -> None:
    result = classify_ticket(subject="", message=text, language=language)
    assert (result.urgency, result.sentiment, result.requires_action) == ("low", "positive", False)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thanks, but the refund has not arrived."),
        ("en", "No refund has arrived."),
        ("en", "Thanks, the refund arrived but it is 20 short"),
        ("en", "The refund has been credited to the wrong account"),
        ("en", "We have not got our money back"),
        ("en", "The refund arrived. Now production is down"),
        ("de", "Danke, aber die Rückerstattung ist noch nicht da."),
        ("de", "Es ist keine Rückerstattung angekommen"),
        ("fr", "Merci, mais le remboursement n'est pas arrivé."),
        ("es", "El reembolso todavía no ha llegado"),
        ("es", "El reembolso ha llegado, pero faltan 20 euros"),
    ],
)
def test_money_that_has_not_come_stays_high(language: str, text: str) -> None:
    result = classify_ticket(subject="", message=text, language=language)
    assert (result.urgency, result.requires_action) == ("high", True)


@pytest.mark.parametrize(
    "text",
    [
        "Please rotate an API key posted in a wiki",
        "Our password was posted in the team chat, please reset it",
        "Since the food delivery update there was a rash of complaints",
        "The milk order form got a rash of errors",
        "Ordering dinner at your restaurant was a rash decision",
        "The food app is slow, I was sick of it after a day",
        "We would like to join the beta of the new reports, no rush",
    ],
)
def test_words_of_danger_in_another_sense_are_not_high(text: str) -> None:
    assert classify(text).urgency != "high"


@pytest.mark.parametrize(
    "text",
    [
        "Somebody posted our API key in a public wiki",
        "An intern pushed the access key to GitHub",
        "Our API key was exposed in the team chat",
        "After using your cream I have a rash all over my arm",
        "After the buffet half of the group was sick",
    ],
)
def test_the_same_words_in_their_own_sense_stay_high(text: str) -> None:
    assert classify(text).urgency == "high"


def test_praise_that_asks_for_nothing_outweighs_words_of_some_urgency() -> None:
    result = classify("This was important to us. Perfect, thank you so much.")
    assert (result.urgency, result.sentiment) == ("low", "positive")


def test_a_grateful_newest_message_lowers_the_urgency_and_is_shown() -> None:
    first = "Urgent: my order is wrong, please fix it as soon as possible"
    assert classify(first).urgency == "high"
    result = classify_with_latest(subject="", message=first, latest="Thanks, it works now! Great help.")
    assert (result.urgency, result.sentiment, result.requires_action) == ("medium", "positive", False)
    lowered = {(each.field, each.term) for each in result.evidence if each.lowered}
    assert ("latest_message", "thanks") in lowered


@pytest.mark.parametrize(
    ("first", "latest"),
    [
        ("Nobody can log in", "Thank you so much, great!"),
        ("My lawyer will write to you", "Thank you so much, great!"),
        ("Urgent: my order is wrong", "Thanks, but please fix it."),
        ("Urgent: my order is wrong", "I see."),
    ],
)
def test_a_newest_message_that_ends_nothing_leaves_the_urgency(first: str, latest: str) -> None:
    assert classify_with_latest(subject="", message=first, latest=latest).urgency == "high"
