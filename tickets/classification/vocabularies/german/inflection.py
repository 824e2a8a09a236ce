"""Endings, numbers and spans of time that the lists of phrases share, as alternatives (`group.split_terms`)."""

from typing import Final

ENDINGS: Final = "(|e|er|es|en|em)"
"""The endings of an adjective or a participle."""

ORDINALS: Final = "(zweiten|dritten|vierten|fünften|sechsten|siebten|achten|zehnten|hundertsten|2|3|4|5|6|7|x ten|zigsten|tausendsten)"

_NUMBERS = (
    "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|vierzehn|zwanzig|dreißig|2|3|4|5|6|7|8|9|10|11|12|13|14|15|"
    "16|18|20|21|25|30|40|45|50|60|90|einer|einem|über einer|über einem|über zwei|über drei|mehr als einer|"
    "mehr als einem|mehr als zwei|mehr als drei|mehreren|mehrere|einigen|vielen|fast zwei|fast einer|gut zwei|gut einer"
)
DATIVE_SPANS: Final = f"seit ({_NUMBERS}) (minuten|stunden|stunde|tagen|tag|wochen|woche|monaten|monat|jahren|jahr)"
"""How long something has lasted: "seit drei wochen"."""
