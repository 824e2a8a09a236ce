"""Folding, queries and hits of a search."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.classification.search_query import IGNORED, QueryError, Term, find_hits, parse_query
from tickets.classification.stored_words import searchable_words
from tickets.classification.tokenizer import LONGEST_WORD, fold, split_words


def terms(text: str) -> list[Term]:
    return list(parse_query(text).terms)


def hits(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in find_hits(text, parse_query(query))]


def words(text: str) -> list[str]:
    return searchable_words(texts=[text], ids=[])


class TestReadingAQuery:
    def test_a_query_has_words_prefixes_and_phrases(self) -> None:
        assert terms('Refun* "Data Breach" invoice') == [
            Term(("refun",), is_prefix=True),
            Term(("data", "breach")),
            Term(("invoice",)),
        ]

    def test_text_typed_in_one_piece_is_a_phrase(self) -> None:
        assert terms("cust_104") == [Term(("cust", "104"))]
        assert terms("cust_10*") == [Term(("cust", "10"), is_prefix=True)]
        assert terms("bob@example.com") == [Term(("bob", "example", "com"))]

    def test_an_unclosed_quote_extends_to_the_end(self) -> None:
        assert terms('x "data breach') == [Term(("x",)), Term(("data", "breach"))]

    def test_very_common_words_only_count_inside_a_phrase(self) -> None:
        query = parse_query('the refund "out of order"')
        assert query.terms == (Term(("refund",)), Term(("out", "of", "order")))
        assert query.ignored == ("the",)
        assert parse_query("to be").terms == ()

    def test_punctuation_alone_is_an_empty_query(self) -> None:
        assert parse_query('.* $ {} "" *').terms == ()

    def test_a_prefix_of_one_letter_is_rejected(self) -> None:
        with pytest.raises(QueryError):
            parse_query("a*")

    @pytest.mark.parametrize("pieces", ["ba* be* bi* bo* bu*", "ba* ba* ba* ba* ba* ba* ba*", "a b c d e f g he*"])
    def test_up_to_five_prefixes_are_accepted(self, pieces: str) -> None:
        assert parse_query(pieces)

    @pytest.mark.parametrize(
        "pieces", ["ba* be* bi* bo* bu* by*", "a_ba* a_be* a_bi* a_bo* a_bu* a_by*", '"x ba*" "x be*" ca* ce* ci* co*']
    )
    def test_more_than_five_prefixes_are_rejected(self, pieces: str) -> None:
        with pytest.raises(QueryError, match=r"at most 5 words with a \*"):
            parse_query(pieces)

    @given(st.text(max_size=200))
    def test_any_text_is_a_query_or_rejected(self, text: str) -> None:
        try:
            query = parse_query(text)
        except QueryError:
            return
        for term in query.terms:
            assert all(word and len(word) <= LONGEST_WORD for word in term.words)


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [("Zürich", "zurich"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("Cafe\u0301", "cafe"), ("ÉCOLE", "ecole"),
         ("İstanbul", "istanbul"), ("ﬁn", "fin"), ("ΣΊΣΥΦΟΣ", "σισυφοσ"), ("Привет", "привет"), ("한국", "한국")],
    )  # fmt: skip
    def test_folding_removes_case_and_accents(self, text: str, folded: str) -> None:
        assert fold(text) == folded
        assert words(text) == [folded]

    @given(st.text(max_size=60))
    def test_every_form_of_a_text_has_the_same_words(self, text: str) -> None:
        assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))

    def test_only_the_distinguishing_part_of_an_id_is_stored(self) -> None:
        assert searchable_words(texts=[], ids=["TA-000123", "cust_17"]) == ["000123", "17"]
        assert searchable_words(texts=[], ids=["abc-def"]) == ["abc", "def"]

    def test_words_that_are_too_common_are_not_stored(self) -> None:
        assert words("The refund is in the mail") == ["refund", "mail"]


class TestHits:
    def test_hits_are_found_as_they_were_written(self) -> None:
        assert hits("Straße, CAFE\u0301s and a café", "strasse café") == ["Straße", "café"]
        assert hits("Refund the refunds, unrefunded", "refun*") == ["Refund", "refunds"]
        assert hits("A data  breach; data, not a breach", '"data breach"') == ["data  breach"]
        assert hits("退款申请", "退款") == ["退款"]

    def test_part_of_a_word_is_not_a_hit(self) -> None:
        assert hits("unbroken brokenness", "broken") == []

    def test_hits_that_overlap_are_one(self) -> None:
        assert hits("data breach today", '"data breach" "breach today"') == ["data breach today"]

    @given(st.text(max_size=80), st.text(max_size=12))
    def test_hits_lie_in_the_text_in_order(self, text: str, query: str) -> None:
        try:
            found = find_hits(text, parse_query(query))
        except QueryError:
            return
        flat = [place for hit in found for place in hit]
        assert flat == sorted(flat)
        assert all(0 <= start < end <= len(text) for start, end in found)

    @given(st.text(st.characters(max_codepoint=0x24F, exclude_categories=["Cs"]), min_size=1, max_size=30))
    def test_a_word_of_the_text_is_a_hit_in_it(self, text: str) -> None:
        for word in re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text)):
            folded = fold(word)
            if folded not in IGNORED and folded.isalnum():
                assert find_hits(unicodedata.normalize("NFC", text), parse_query(f'"{word}"'))


SIGNED = {
    "Hindi": ("मुझे सहायता चाहिए, नमस्ते", "सहायता"),
    "Marathi": ("पैसे परत हवे आहेत", "परत"),
    "Bengali": ("সাহায্য দরকার, টাকা ফেরত চাই", "টাকা"),
    "Tamil": ("பணம் திரும்ப வேண்டும்", "திரும்ப"),
    "Malayalam": ("എന്റെ പണം തിരികെ വേണം", "തിരികെ"),
    "Sinhala": ("ශ්‍රී ලංකා මුදල් ආපසු", "ශ්‍රී"),
    "Nepali": ("मलाई सहयोग चाहियो", "चाहियो"),
    "Thaana": ("އެހީތެރިކަން ބޭނުން", "ބޭނުން"),
    "Arabic": ("مَرحَبا أريد استرداد", "مرحبا"),
    "Hebrew": ("שָׁלוֹם אני רוצה החזר", "שלום"),
    "Vietnamese": ("Tôi cần hoàn tiền", "tiền"),
}
SPACELESS_TEXTS = {
    "Thai": ("ต้องการคืนเงินด่วน", "คืนเงิน"),
    "Thai with am": ("ขอน้ำดื่ม", "น้ำ"),
    "Lao": ("ຂໍຄືນເງິນ", "ຄືນ"),
    "Khmer": ("ខ្ញុំត្រូវការជំនួយ", "ជំនួយ"),
    "Burmese": ("ငွေပြန်အမ်းပါ", "ပြန်"),
    "Japanese": ("クレジットカードの返金がまだです", "カード"),
    "Chinese": ("我要退款申请", "退款"),
}


class TestScripts:
    @pytest.mark.parametrize("language", SIGNED)
    def test_a_word_includes_its_signs(self, language: str) -> None:
        text, word = SIGNED[language]
        assert len(words(word)) == 1
        assert words(word)[0] in words(text)
        assert len(hits(text, word)) == 1
        assert fold(hits(text, word)[0]) == fold(word)

    @pytest.mark.parametrize("language", SPACELESS_TEXTS)
    def test_scripts_without_spaces_split_into_letters_and_match_as_phrases(self, language: str) -> None:
        text, word = SPACELESS_TEXTS[language]
        assert set(words(word)) <= set(words(text))
        assert hits(text, word) == [word]
        assert "".join(split_words(text)) == fold(text)

    @pytest.mark.parametrize(("text", "query"), [("सहायता", "सहाय"), ("सहाय", "सहायता"), ("คืน", "คน"), ("নাম", "না")])
    def test_a_word_without_its_signs_is_another_word(self, text: str, query: str) -> None:
        assert hits(text, query) == []

    @pytest.mark.parametrize("language", [*SIGNED, *SPACELESS_TEXTS])
    def test_composed_and_decomposed_texts_have_the_same_words_and_hits(self, language: str) -> None:
        text, word = {**SIGNED, **SPACELESS_TEXTS}[language]
        for form in ("NFC", "NFD", "NFKC"):
            assert words(unicodedata.normalize(form, text)) == words(text)
            assert len(hits(unicodedata.normalize(form, text), word)) == 1

    def test_script_signs_do_not_count_as_digits_of_an_id(self) -> None:
        assert searchable_words(texts=[], ids=["ग्राहक_17"]) == ["17"]
        assert searchable_words(texts=[], ids=["ग्राहक"]) == ["ग्राहक"]
