"""Words that say that a customer may leave, among those that the classifier found in a ticket. Pure.

A ticket stores the entries of the vocabulary that decided. So this knows what the vocabularies know, in the languages
that they have, and reads no text.
"""

import re
from collections.abc import Iterable
from typing import Final

_LEAVING: Final = re.compile(
    r"""
    competitor | another\ (?:provider|supplier|vendor|company|bank|airline) | other\ (?:providers|vendors|airlines)
    | switching\ to | can't\ wait\ to\ (?:leave|switch|cancel) | cancel\ everything
    | (?:cancel|clos|terminat)\w*\ (?:my|our|the)\ (?:account|contract|subscription|policy|membership)
    | konkurrenz | (?:ausserordentliche|außerordentliche|fristlose)\ kündigung | sonderkündigung | ^kündig(?:e|en|ung)$
    | concurren(?:t|ce)\b | change\ de\ fournisseur | voir\ ailleurs | résili(?:e|er|ation|ez)\b
    | la\ competencia | cancelar\ mi\ contrato | dar(?:me)?\ de\ baja | doy\ de\ baja | baja\ (?:del\ servicio|inmediata)
    """,
    re.VERBOSE,
)


def find_leaving_word(keywords: Iterable[str]) -> str:
    """The first of a ticket's deciding words that says so; empty if none does."""
    return next((each for each in keywords if _LEAVING.search(each.lower())), "")
