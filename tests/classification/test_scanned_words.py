"""The words that learning looks up come from what the vocabulary has read already, and are the same."""

import pytest

from tickets.classification.learning.features import ticket_words
from tickets.classification.text_scan import TextScan
from tickets.classification.vocabularies.registry import vocabulary_for

TEXTS = (
    "It’s broken again… please – call \u201cAnn\u201d.\r\n\r\n  Thanks",
    "Die Straße ist naß, Müller’s Gerät läuft nicht",
    "Ça ne marche pas, ce\u0301tait cassé 3² œuvre",
    "El niño no recibió su pedido, ¿cuándo llega?",
    "Can you help?\n> quoted words\nOn Monday, Ann wrote:\n> more",
    "Hello\n-- \nAnn, Sales",
    "ข้อความ 日本語 και מה שלומך",
    "",
)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_words_of_a_scan_are_those_of_the_tokenizer(text: str, language: str) -> None:
    vocabulary = vocabulary_for(language)
    assert vocabulary is not None
    assert list(TextScan(text, vocabulary).words()) == ticket_words(text)
