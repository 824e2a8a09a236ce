"""The keywords of a ticket."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tickets.classification.scripts import is_sign
from tickets.classification.topics.keywords import KEYWORD_LIMIT, STOP_WORDS, keywords


def of(message: str, subject: str = "") -> tuple[str, ...]:
    return keywords(subject=subject, message=message)


def test_keywords_are_the_distinct_meaningful_words_in_order_of_appearance() -> None:
    assert of("The printer eats paper and the Printer eats toner", "Printer jam") == (
        "printer",
        "jam",
        "eats",
        "paper",
        "toner",
    )


def test_the_word_before_a_full_stop_is_kept_without_it() -> None:
    assert of("Trouble with the invoice. Then the export! Also the login; the (backup), \u201cserver\u201d\u2026") == (
        "trouble",
        "invoice",
        "export",
        "login",
        "backup",
        "server",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Hello, hi and dear all, please and many thanks, kind regards",
        "I would have been there if it were not for the others",
        "We don't, can't, won't; they're, we'll, I've, it's, I'd, isn\u2019t",
        "Sehr geehrte Damen, ich habe nicht und wir sind mit der".replace("Damen, ", ""),
        "Bonjour, nous avons une et les des pour dans avec, merci, cordialement",
        "Hola, el los las para con por que, gracias, saludos",
    ],
)
def test_function_words_and_greetings_are_not_keywords(text: str) -> None:
    assert of(text) == ()


def test_numbers_and_short_words_are_not_keywords() -> None:
    assert of("404 12.50 2024-05-01 ab PC x86 7th 4711a 3fa85f64ddd order66") == ("order66",)


def test_addresses_are_not_keywords() -> None:
    text = "Login fails: ann.smith@firma.example, (https://portal.example/login?next=/cart) www.shop.example shop.com. Cookie"
    assert of(text) == ("login", "fails", "cookie")


def test_keywords_lose_a_possessive_s_and_an_elided_article() -> None:
    assert of("The customer's screen, customers\u2019 l'ordinateur") == (
        "customer",
        "screen",
        "customers",
        "ordinateur",
    )


def test_words_with_hyphens_and_accents_stay_whole() -> None:
    assert of("Wi-Fi, caf\u00e9 cafe\u0301 GR\u00d6SSE \u0130stanbul -- dash-") == (
        "wi-fi",
        "caf\u00e9",
        "gr\u00f6sse",
        "istanbul",
        "dash",
    )


def test_the_first_keywords_up_to_the_limit_are_kept() -> None:
    words = [f"word{chr(97 + index // 26)}{chr(97 + index % 26)}" for index in range(100)]
    assert of(" ".join(words)) == tuple(words[:KEYWORD_LIMIT])


def test_keys_and_hashes_are_not_keywords() -> None:
    assert of(f"token {'abcdef' * 10} end-user") == ("token", "end-user")


@given(subject=st.text(st.characters(), max_size=200), message=st.text(st.characters(), max_size=200))
@example(subject="''", message="n't 's don''t \u0130\u0307 \ud800abc @abc a'b'c'd")
@example(subject="", message="hello's please-- the's thanks\u2019s")
def test_keywords_of_any_text_are_distinct_words_without_stop_words(subject: str, message: str) -> None:
    found = keywords(subject=subject, message=message)
    assert len(set(found)) == len(found) <= KEYWORD_LIMIT
    for word in found:
        assert word not in STOP_WORDS
        assert word == word.lower()
        assert all(each.isalnum() or is_sign(each) for each in (word[0], word[-1])), word
        assert sum(each.isalpha() or is_sign(each) for each in word) >= 3


@pytest.mark.parametrize("piece", ["a", "abc ", "ab-", "a'", "@", "a@b ", "://", "\u0130", "x.com "])
def test_keywords_of_a_megabyte_take_little_time(piece: str) -> None:
    started = time.process_time()
    keywords(subject="", message=piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("सहायता चाहिए", ("सहायता", "चाहिए")),
        ("সাহায্য দরকার, টাকা!", ("সাহায্য", "দরকার", "টাকা")),
        ("பணம் திரும்ப", ("பணம்", "திரும்ப")),
        ("ต้องการคืนเงิน ด่วน", ("ต้องการคืนเงิน", "ด่วน")),
        ("ශ්‍රී ලංකා", ("ශ්‍රී", "ලංකා")),
        ("مَرحَبا أريد", ("مرحبا", "أريد")),
        ("за́мок", ("замок",)),
    ],
)
def test_a_whole_word_of_any_script_is_a_keyword(text: str, found: tuple[str, ...]) -> None:
    assert of(text) == found
    assert of(unicodedata.normalize("NFD", text)) == tuple(unicodedata.normalize("NFC", each) for each in found)
