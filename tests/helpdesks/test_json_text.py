"""Untrusted JSON: strict charsets and bounded memory."""

import codecs
import json
import tracemalloc

import pytest

from tickets.helpdesks import json_text
from tickets.helpdesks.json_text import (
    TextCutOff,
    TextUnreadable,
    TooDeepOrTooLong,
    TooMuchMemory,
    UnknownCharset,
    parse_json,
    read_json,
)

NAMES = {"who": "Jörg Jürg Größe €uro Łódź 東京 😀"}
WESTERN = {"who": "Jörg Jürg Größe"}


def written(value: object, charset: str) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(charset)


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_json_in_any_unicode_form_is_read_without_being_declared(charset: str) -> None:
    assert read_json(written(NAMES, charset), content_type="application/json") == NAMES


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_wins_over_what_is_declared(mark: bytes, charset: str) -> None:
    for declared in ("", "; charset=utf-8", "; charset=utf-16", "; charset=iso-8859-1"):
        assert read_json(mark + written(NAMES, charset), content_type=f"application/json{declared}") == NAMES


@pytest.mark.parametrize(
    ("declared", "charset", "text"),
    [
        ("ISO-8859-1", "latin-1", WESTERN),
        ("iso-8859-15", "iso-8859-15", {"who": "Jörg €"}),
        ("windows-1252", "cp1252", {"who": "Jörg €"}),
        ("Windows-1251", "cp1251", {"who": "Юрий"}),
        ("Shift_JIS", "shift_jis", {"who": "東京"}),
        ("GB18030", "gb18030", NAMES),
        ("KOI8-R", "koi8-r", {"who": "Юрий"}),
        ("UTF-16", "utf-16-be", NAMES),
        ("UTF-16LE", "utf-16-le", NAMES),
        ("utf8", "utf-8", NAMES),
    ],
)
def test_text_is_read_in_its_declared_charset(declared: str, charset: str, text: dict[str, str]) -> None:
    for parameter in (f"; charset={declared}", f';profile="x"; CharSet="{declared}"', f";charset={declared};q=1"):
        assert read_json(written(text, charset), content_type=f"application/json{parameter}") == text


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", ""])
def test_invalid_bytes_are_an_error_and_never_replaced(content_type: str) -> None:
    with pytest.raises(TextUnreadable, match=r"UTF-8 \(byte 11\)"):
        read_json(written(WESTERN, "latin-1"), content_type=content_type)


@pytest.mark.parametrize(
    "charset", ["x-klingon", "base64", "hex", "rot13", "idna", "punycode", "unicode_escape", "a b"]
)
def test_an_unknown_charset_is_named(charset: str) -> None:
    with pytest.raises(UnknownCharset, match=charset.split()[0]):
        read_json(b"{}", content_type=f"application/json; charset={charset}")


def test_text_that_ends_within_a_character_counts_as_truncated() -> None:
    for charset in ("utf-8", "utf-16-le"):
        with pytest.raises(TextCutOff):
            read_json(written("Jö", charset)[: -2 if charset == "utf-8" else -3], content_type="")


@pytest.mark.parametrize(
    "text",
    [
        "[" + ",".join(["0"] * 20_000) + "]",
        "[" + ",".join(["[]"] * 10_000) + "]",
        "[" + ",".join(["{}"] * 10_000) + "]",
        "[" + ",".join(['{"a":0}'] * 7_000) + "]",
        "[" + ",".join(['{"a":{"b":"😀"}}'] * 5_000) + "]",
        "[" * 15_000 + "]" * 15_000,
        "{" + ",".join(f'"{n}":{n}' for n in range(10_000)) + "}",
    ],
    ids=["numbers", "lists", "objects", "one key each", "wide letters", "nested", "keys"],
)
def test_values_are_counted_before_they_are_made(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_MEMORY", 1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooMuchMemory):
            parse_json(text)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "unit",
    ["0", "[]", "{}", '{"a":0}', "[[[[[[[[[]]]]]]]]]", '{"a":{"a":{"a":{}}}}', "0.5", '"ab"', '"é€"', '"😀"', "12345"],
)
def test_parsed_values_stay_below_the_memory_limit(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_MEMORY", 4_000_000)
    low, high = 1, 200_000
    while high - low > 1:  # the most that is taken
        middle = (low + high) // 2
        try:
            parse_json("[" + ",".join([unit] * middle) + "]")
            low = middle
        except TooMuchMemory:
            high = middle
    text = "[" + ",".join([unit] * low) + "]"
    tracemalloc.start()
    try:
        assert len(parse_json(text)) == low
        assert tracemalloc.get_traced_memory()[1] < json_text.MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_characters_within_strings_are_not_counted_as_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_MEMORY", 1_000_000)
    prose = 'a, "b": [c] {d} \\ \n' * 5_000
    assert parse_json(json.dumps({"message": prose})) == {"message": prose}


def test_an_unclosed_string_is_scanned_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_MEMORY", 0)
    with pytest.raises(json.JSONDecodeError):
        parse_json('"' + ',\\"' * 300_000)


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, "[" + "9" * 5_000 + "]"])
def test_too_deep_json_and_too_long_numbers_are_named(text: str) -> None:
    with pytest.raises(TooDeepOrTooLong):
        parse_json(text)


def test_of_duplicate_keys_the_last_one_counts() -> None:
    assert parse_json('{"id": 1, "id": 2}') == {"id": 2}
