"""The languages that can be classified, by their code.

A new language is a package beside this module with a `VOCABULARY` in it, and a line in `_PACKAGES`. It is imported
when the first ticket needs it.
"""

import sys
from functools import cache
from importlib import import_module
from typing import Final, cast

from tickets.classification.vocabularies.vocabulary import Vocabulary

DEFAULT_LANGUAGE: Final = "en"

_PACKAGES: Final = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
}

_MODULE: Final = "tickets.classification.vocabularies.{}"

LANGUAGES: Final = tuple(_PACKAGES)
"""The codes of ISO 639-1 that have a vocabulary."""


@cache
def vocabulary_for(language: str | None) -> Vocabulary | None:
    """The vocabulary of a language by its code ("de", "de-AT"), English for None, or None if it has none."""
    code = (language or DEFAULT_LANGUAGE).lower().replace("_", "-").partition("-")[0]
    package = _PACKAGES.get(code)
    if package is None:
        return None
    module = import_module(_MODULE.format(package))
    return cast(Vocabulary, module.VOCABULARY)


def forget_terms() -> None:
    """Free the indexes of all vocabularies, some 20 MB. One that is needed again is built again."""
    for package in _PACKAGES.values():
        if module := sys.modules.get(_MODULE.format(package)):
            cast(Vocabulary, module.VOCABULARY).forget_terms()
