"""What customers describe rather than name: waiting, repetition, silence, broken promises, sarcasm."""

import csv
import time
from collections import Counter
from pathlib import Path

import pytest

from tickets.classification.classify import classify_ticket
from tickets.classification.verdicts import Classification
from tickets.classification.vocabularies.english import VOCABULARY

GOLD_SET = Path(__file__).with_name("gold_set.csv")


def classify(message: str) -> Classification:
    return classify_ticket(subject="", message=message)


def constructions(result: Classification) -> set[str]:
    """The names of the constructions that were found."""
    names = {each.construction.name for each in VOCABULARY.patterns}
    return {each.term for each in result.evidence if each.category == "sentiment"} & names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Two hours on hold, then the music stopped", "on hold"),
        ("We have been waiting for eleven days", "a long wait"),
        ("It is three weeks and nothing has come", "a long time and nothing"),
        ("We have had no heating for six days", "a long time"),
        ("The train was delayed by three hours", "a long delay"),
        ("My claim: I have heard nothing from you since March", "waiting since"),
        ("I waited in the whole day", "a long wait"),
        ("That is the fourth time I write to you", "the third time"),
        ("I called you seven times", "asked many times"),
        ("You keep sending me forms", "you keep doing it"),
        ("Every time I call I have to start over", "every time"),
        ("Cancelled again", "again"),
        ("Still no parcel", "still"),
        ("Yet another excuse", "another one"),
        ("Nobody at the branch picks up", "nobody helps"),
        ("They never called back", "no answer"),
        ("I cannot reach anybody at your office", "cannot reach anybody"),
        ("Then she hung up on me", "cut off"),
        ("All I get is the same automated reply", "only automated replies"),
        ("You changed my plan without asking", "without a word"),
        ("No hotel, no voucher, no meal", "no this, no that"),
        ("You lost our luggage", "done to a customer"),
        ("They left us waiting in the cold", "left alone"),
        ("You charged me twice for one bag", "money taken"),
        ("I missed my connection", "something lost or missed"),
        ("I was sent from one department to the next", "passed around"),
        ("Your clerk yelled at my father", "bad treatment"),
        ("I talked to five people and got nowhere", "nothing came of it"),
        ("You had one job", "not able to do the job"),
        ("You promised a refund by Friday", "a broken promise"),
        ("Thanks for nothing", "sarcasm"),
        ("Great, another delay", "sarcasm"),
        ("Glad to know you don't care", "sarcasm"),
        ("So much for your guarantee", "so much for"),
        ("How is this still not fixed?", "a reproach as a question"),
        ("Do you even read what I write?", "a reproach as a question"),
        ("We are looking at other providers", "leaving"),
        ("It should not take a month to change an address", "a reproach"),
        ("My coat never turned up, and the shelf was empty", "it never came"),
        ("Again the parcel from my aunt arrived soaked", "arrived empty or broken"),
        ("No blanket, no hotel, they say", "no such thing"),
        ("It keeps cutting out, every evening", "it stays like that"),
        ("The coach was three hours late", "hours"),
        ("We slept on the floor of the station", "left sitting"),
        ("The waiter just shrugged", "how they behaved"),
        ("The ticket office sent us to the desk and the desk sent us back", "they disagree with themselves"),
        ("They sold my table to somebody else", "it was taken away"),
        ("Well done, my whole archive is lost", "sarcasm"),
        ("The lift is stuck in the cellar. Nice one", "sarcasm"),
        ("How do you lose a piano", "a reproach as a question"),
        ("Could you stop changing my seat", "a reproach as a question"),
    ],
)
def test_a_described_annoyance_is_negative_and_named(text: str, name: str) -> None:
    result = classify(text)
    assert result.sentiment == "negative"
    assert name in constructions(result)
    assert name in result.keywords


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Your staff could not have been more helpful", "high praise"),
        ("Finally a bank that answers the phone", "better than expected"),
        ("Shout out to Anna at the front desk, 👍", "thanks to somebody"),
    ],
)
def test_praise_in_other_words_is_positive(text: str, name: str) -> None:
    result = classify(text)
    assert result.sentiment == "positive"
    assert name in constructions(result)


@pytest.mark.parametrize(
    "text",
    [
        "How long does a transfer take, two or three days?",
        "Can I keep my phone number?",
        "Please hold the parcel until Monday",
        "Is there a delay on the line to York?",
        "Could you send the code again?",
        "No one under 18 can order, is that right?",
        "The third floor is missing in the list",
        "I have two different accounts. Can they be merged?",
        "When will the shop open again after the holidays?",
        "Nobody can log in since nine, the page shows error 502",
        "The lift is out of order, please send somebody",
        "I lost my card, please block it",
        "I left my umbrella on the bus",
        "The export stops at row 5000 every time",
        "What is the price for three months?",
        "There is no response from the server on port 443",
        "Nobody has to pay today",
        "Nothing has happened, it was a test",
        "There is no signal on the second floor",
        "The parcel has not arrived yet, which depot is it in?",
        "Cheers, Tom",
        "Do you deliver every day?",
        "The vase arrived smashed, could you send a new one?",
    ],
)
def test_a_calm_question_or_fault_report_is_not_negative(text: str) -> None:
    assert classify(text).sentiment == "neutral"


@pytest.mark.parametrize(
    "text", ["Never been more frustrated", "I have never felt so angry", "I couldn't be more upset"]
)
def test_a_never_that_compares_negates_nothing(text: str) -> None:
    assert classify(text).sentiment == "negative"


@pytest.mark.parametrize("text", ["You guys rock", "Anna from the night shift saved the day", "New timetable 🥳"])
def test_praise_of_people_is_positive(text: str) -> None:
    assert classify(text).sentiment == "positive"


def test_a_bare_fact_says_less_in_a_request() -> None:
    assert classify("My coat never turned up, and nobody says why").sentiment == "negative"
    assert classify("My coat has not turned up, could you look for it?").sentiment == "neutral"


def test_praise_inside_sarcasm_does_not_count() -> None:
    result = classify("Thanks a lot for losing my bag, great job")
    assert result.sentiment == "negative"
    assert classify("Great, another delay").evidence[0].term == "sarcasm"


@pytest.mark.parametrize(
    "text",
    ["Lost for hours, never seen anything like it", "I paid, they told me to wait", "Your agent keeps calling, why?"],
)
def test_several_hints_in_a_short_statement_are_negative(text: str) -> None:
    assert classify(text).sentiment == "negative"


@pytest.mark.parametrize(
    "text",
    [
        "I paid yesterday",
        "Could you tell me how many hours the ferry takes, I missed it on your page?",
        "I am still at the old address. The meter is in the cellar, the key is with the neighbour, and the reading that "
        "the agent wants is on the second page of the form that I sent to your office in Leeds at the end of the week.",
    ],
)
def test_a_single_hint_a_request_and_a_long_text_are_not_negative_by_hints(text: str) -> None:
    assert classify(text).sentiment == "neutral"


def test_a_construction_is_highlighted_from_its_first_word_to_its_last() -> None:
    text = "Hello,  I spent\nthree hours   on hold yesterday."
    found = next(each for each in classify(text).evidence if each.term == "on hold")
    assert text[found.start : found.end] == "hours   on hold"


def test_a_construction_counts_once_however_often_it_is_used() -> None:
    praise = "I love the colour, the fabric is great. "
    assert classify(praise + "Cancelled again. ").sentiment == "positive"
    assert classify(praise + "Cancelled again. " * 20).sentiment == "positive"


@pytest.mark.parametrize("anchor", sorted({anchor for each in VOCABULARY.patterns for anchor in each.anchors})[::7])
def test_a_text_full_of_an_anchor_takes_linear_time(anchor: str) -> None:
    text = f"{anchor} you have " * 1_200
    started = time.process_time()
    classify(text[:20_000])
    assert time.process_time() - started < 0.5


def rows_of(part: str) -> list[dict[str, str]]:
    with GOLD_SET.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["part"] == part]


@pytest.mark.parametrize(
    ("part", "least_rows", "precision", "recall", "recall_of_neutral"),
    [("read", 400, 0.95, 0.8, 0.95), ("held back", 75, 0.9, 0.5, 0.9)],
)
def test_the_gold_set_of_complaints_questions_and_praise_is_classified_as_people_do(
    part: str, least_rows: int, precision: float, recall: float, recall_of_neutral: float
) -> None:
    """Short messages to airlines, banks, shops and others, labelled before they were classified."""
    rows = rows_of(part)
    assert len(rows) >= least_rows
    found = Counter((row["sentiment"], classify(row["text"]).sentiment) for row in rows)
    right = found["negative", "negative"]
    assert right / sum(count for (_, verdict), count in found.items() if verdict == "negative") > precision
    assert right / sum(count for (label, _), count in found.items() if label == "negative") > recall
    neutral = sum(count for (label, _), count in found.items() if label == "neutral")
    assert found["neutral", "neutral"] / neutral > recall_of_neutral
