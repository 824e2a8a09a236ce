"""Who is mentioned in a note: `@` and a user name. Pure."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"(?<![\w@.+-])@([\w.@+-]+)")
_ENDS_SENTENCE = ".+-@"


def mentioned(text: str, ids_by_name: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of those who are mentioned, each once, in the order of the text. `ids_by_name`: by user name.

    Names are read without regard to case, and without a full stop that ends a sentence.
    """
    folded = {name.casefold(): id_ for name, id_ in ids_by_name.items()}
    found = (folded.get(name) or folded.get(name.rstrip(_ENDS_SENTENCE)) for name in _names(text))
    return tuple(dict.fromkeys(id_ for id_ in found if id_))


def _names(text: str) -> list[str]:
    return [each.casefold() for each in _NAME.findall(text)]
