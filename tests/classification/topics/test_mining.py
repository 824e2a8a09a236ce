"""Topics are found in the words of several customers."""

from __future__ import annotations

import random
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.topics.written import by_customers, fillings
from tickets.classification.topics import mining
from tickets.classification.topics.catalogue import TOPIC_ID, MatchedTopic, TopicCatalogue, sort_ids
from tickets.classification.topics.content_words import BREAK, content_roots, content_words, read_text
from tickets.classification.topics.grouping import Candidate, group
from tickets.classification.topics.keywords import keywords
from tickets.classification.topics.mining import FoundTopic, MinedTicket, find_topics


def names(messages: list[str]) -> list[str]:
    return [each.name for each in find_topics(by_customers(messages))]


def catalogue_of(found: list[FoundTopic]) -> TopicCatalogue:
    return TopicCatalogue(
        tuple(
            MatchedTopic(f"t{number}", tuple(each.roots for each in topic.phrases))
            for number, topic in enumerate(found, 1)
        )
    )


def roots_of(text: str) -> list[str]:
    return [each for each in content_roots(read_text("", text)).split() if each != BREAK]


ARRIVED_BROKEN = [
    "The lamp was broken on arrival",
    "It was broken on arrival and I want my money",
    "Broken on arrival, as you can see in the picture",
    "My bench arrived broken",
    "Sadly it arrived broken this morning",
    "Everything arrived broken",
]


def test_a_phrase_of_several_customers_is_a_topic_under_its_commonest_spelling() -> None:
    found = find_topics(by_customers(fillings(40) + ARRIVED_BROKEN[:3] * 3))

    assert [each.name for each in found] == ["broken on arrival"]
    assert (len(found[0].tickets), found[0].customers) == (9, 9)


def test_another_order_of_the_words_and_other_endings_are_variants() -> None:
    (topic,) = find_topics(by_customers(fillings(40) + ARRIVED_BROKEN * 2))

    assert {each.shown for each in topic.phrases} == {"broken on arrival", "arrived broken"}
    assert topic.customers == 12


def test_a_common_misspelling_is_a_variant() -> None:
    (topic,) = find_topics(
        by_customers(fillings(40) + ["The delivery refused my card"] * 20 + ["The delivrey refused my card"] * 5)
    )

    assert {each.shown for each in topic.phrases} == {"delivery refused my card", "delivrey refused my card"}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["Seit Montag kein Wasser", "Wir haben kein Wasser", "Kein Wasser im Haus"], "kein wasser"),
        (
            ["Die Rechnung ist doppelt", "Diese Rechnung ist doppelt", "Meine Rechnung ist doppelt"],
            "rechnung ist doppelt",
        ),
        (["La porte est cassée", "Porte cassée hier", "Ma porte cassée"], "porte cassée"),
        (["Me han cobrado dos veces", "Cobrado dos veces", "Otra vez cobrado dos veces"], "cobrado dos veces"),
    ],
)
def test_topics_are_found_in_german_french_and_spanish(said: list[str], found: str) -> None:
    assert found in names(fillings(40) + said * 2)


def test_one_customer_alone_makes_no_topic() -> None:
    noisy = by_customers(["Your robot vacuum scratches our parquet"] * 50, customer="noisy")

    assert find_topics([*by_customers(fillings(40)), *noisy]) == []


def test_two_customers_make_no_topic_and_three_do() -> None:
    said = "Your robot vacuum scratches everything"

    assert names([*fillings(40), said, said]) == []
    assert names([*fillings(40), said, said, said]) == ["robot vacuum scratches"]


def test_tickets_without_a_customer_count_as_one_customer() -> None:
    unknown = [MinedTicket("", "", "The water pressure is low")] * 9

    assert find_topics([*by_customers(fillings(40)), *unknown]) == []


def test_a_spelling_that_fewer_than_three_customers_use_names_nothing() -> None:
    """Each of them adds another word that is skipped between the two."""
    said = ["The parcel of Ada vanished", "The parcel for Ada vanished", "The parcel to Ada vanished"]

    assert "parcel of ada" not in names(fillings(40) + said)


def test_greetings_signatures_quotes_and_addresses_are_not_read() -> None:
    said = "Hi Maria Lopez,\nmy order\n> The old quoted sentence\nwww.example.com/pages/about\nKind regards Ben Bolt"

    assert names(fillings(40) + [said] * 5) == []


def test_what_is_in_most_tickets_is_a_form_and_no_topic() -> None:
    assert names([f"Ticket reference number. {each}" for each in fillings(240)]) == []


def test_a_longer_phrase_that_says_more_replaces_its_part() -> None:
    assert names(fillings(40) + ["Credit card declined"] * 9) == ["credit card declined"]


def test_what_hyphens_join_belongs_to_the_name() -> None:
    assert names(fillings(40) + ["The two-factor login fails"] * 3) == ["two-factor login fails"]
    assert names(fillings(40) + ["Please add single sign-on"] * 3) == ["add single sign-on"]
    assert names(fillings(40) + [f"The reference is ws-{n}" for n in (10234, 10345, 10456, 10567)]) == []
    assert names(fillings(40) + [f"The reference is ws-{10_000 + n % 15}" for n in range(60)]) == []


def test_phrases_do_not_go_across_sentences() -> None:
    assert roots_of("No water. Pressure low") == ["not", "water", "pressur", "low"]
    assert names([*fillings(40), "I have a dog. Parcels rest here", "A big dog. Parcel is lost", "Dog. Parcels"]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("boxes", "box"),
        ("deliveries", "delivery"),
        ("cancelled", "cancellation"),
        ("charged", "charging"),
        ("can't", "cannot"),
        ("isn’t", "not"),
        ("Lieferungen", "Lieferung"),
        ("pedidos", "pedido"),
        ("l'ordinateur", "ordinateurs"),
        ("ÉCRAN", "ecran"),
    ],
)
def test_forms_of_a_word_have_the_same_root(one: str, other: str) -> None:
    assert roots_of(f"x1y {one} x1y") == roots_of(f"x1y {other} x1y")


def test_a_script_without_spaces_is_read_in_runs() -> None:
    assert roots_of("退款 申请") == ["退款", "申请"]


def test_every_ticket_of_a_found_topic_matches_it_and_no_other() -> None:
    tickets = by_customers(fillings(40) + ARRIVED_BROKEN * 3 + ["No water since Monday"] * 8)
    found = find_topics(tickets)
    catalogue = catalogue_of(found)

    for number, topic in enumerate(found, 1):
        matched = {
            place
            for place, each in enumerate(tickets)
            if f"t{number}" in catalogue.find(subject=each.subject, message=each.message)
        }
        assert matched == topic.tickets


def test_a_ticket_counts_under_what_its_topic_was_merged_with() -> None:
    catalogue = TopicCatalogue(
        (
            MatchedTopic("t1", ("brok arriv",), within="t10"),
            MatchedTopic("t2", ("not water",)),
            MatchedTopic("t10", ("damag",), within="t2"),
        )
    )

    assert catalogue.find(subject="Broken on arrival", message="") == ("t1", "t2", "t10")
    assert catalogue.find(subject="", message="No water") == ("t2",)
    assert catalogue.find(subject="", message="Nothing else") == ()


def test_topics_merged_in_a_circle_do_no_harm() -> None:
    catalogue = TopicCatalogue((MatchedTopic("t1", ("not water",), "t2"), MatchedTopic("t2", ("low pressur",), "t1")))

    assert catalogue.find(subject="no water", message="") == ("t1", "t2")


@given(text=st.text(max_size=200), words=st.lists(st.sampled_from(["t12", "T7", "it's", "no", "«", "don’t", "\n"])))
def test_any_text_is_read_alike_with_and_without_places(text: str, words: list[str]) -> None:
    read = read_text(text, " ".join(words) + text)
    found = content_words(read)

    assert [each.root for each in found] == content_roots(read).split()
    assert all(0 <= each.start < each.end <= len(read) for each in found)


@given(st.from_regex(TOPIC_ID, fullmatch=True))
def test_no_keyword_looks_like_the_id_of_a_topic(topic_id: str) -> None:
    assert topic_id not in keywords(subject=topic_id, message=f"about {topic_id.upper()}")


def test_ids_are_sorted_by_their_numbers() -> None:
    assert sort_ids({"t10", "t9", "t100"}) == ("t9", "t10", "t100")


def test_the_name_of_a_customer_with_several_ids_is_no_topic() -> None:
    written = [f"{text}. Ask for Željko Horvat please" for text in fillings(6)]
    tickets = [MinedTicket(f"id_{n}", "", text, "Zeljko Horvat") for n, text in enumerate(written)]
    tickets += [MinedTicket(f"zeljko.horvat{n}@example.org", "", text) for n, text in enumerate(written)]
    tickets += by_customers([f"{text}. Ask for a refund form please" for text in fillings(6)])
    found = [each.name for each in find_topics(tickets)]
    assert not any("horvat" in each or "željko" in each for each in found)
    assert "refund form" in " ".join(found)


def test_random_phrases_of_few_customers_take_little_memory() -> None:
    """Each pair of phrases is somewhere together, so no list of them may be kept."""
    chosen = random.Random(1)
    roots = [("left", f"w{number}") for number in range(2_500)]
    tickets: list[set[int]] = [set() for _ in roots]
    for number in range(300):
        for place in chosen.sample(range(len(roots)), 80):
            tickets[place].add(number)
    candidates = [
        Candidate(words, " ".join(words), frozenset(found), 9, 0.9, 0.0)
        for words, found in zip(roots, tickets, strict=True)
    ]
    tracemalloc.start()
    try:
        found = group(candidates)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) > 1_000
    assert most < 20_000_000


def test_random_words_are_counted_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = random.Random(1)
    words = [f"kola{chr(97 + number % 26)}{chr(97 + number // 26)}k" for number in range(60)]
    salad = by_customers(" ".join(chosen.choice(words) for _ in range(60)) for _ in range(200))
    salad += by_customers(ARRIVED_BROKEN * 3)
    longest: list[int] = []
    real = mining._commonest

    def commonest(counts: Any) -> Any:
        longest.append(len(counts))
        return real(counts)

    monkeypatch.setattr(mining, "MOST_RUNS", 4_000)
    monkeypatch.setattr(mining, "_commonest", commonest)
    found = find_topics(salad)
    assert 4_000 < max(longest) < 4_200
    assert any("arrived broken" in each.name or "broken on arrival" in each.name for each in found)
