"""Where the part of a message begins that its writer only quotes. Pure.

Mail programs append the message that is answered: below a line such as "On Monday, Ann wrote:", or as lines that begin
with ">". A page folds it.
"""

import re
from typing import Final

LONGEST_READ: Final = 100_000
"""Characters; a longer text is not searched for quotes."""

_INTRODUCTION: Final = re.compile(
    r"^[ \t]*(?:On [^\n]{4,200} wrote:|-{2,}[ ]?Original Message[ ]?-{2,}|_{10,})[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


def own_length(text: str) -> int:
    """How many characters of the text come before what it quotes at its end; all of them if it quotes nothing.

    A text that begins with a quote is not folded: its answer stands below or between.
    """
    if len(text) > LONGEST_READ:
        return len(text)
    begin = _introduced(text)
    begin = len(text) if begin is None else begin
    end = _before_quoted_lines(text[:begin])
    return len(text[:end].rstrip()) if text[:end].strip() else len(text)


def _introduced(text: str) -> int | None:
    found = _INTRODUCTION.search(text)
    return found.start() if found else None


def _before_quoted_lines(text: str) -> int:
    """Where the lines with `>` begin that end the text; its length if its last line is none."""
    begin = len(text)
    for line in reversed(list(_LINE.finditer(text))):
        if line.group().strip() and not line.group().lstrip().startswith(">"):
            break
        begin = line.start()
    return begin if text[begin:].strip() else len(text)
