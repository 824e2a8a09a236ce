"""Word-level differences between two texts, for people to read. Pure.

The work is bounded for any two texts: the common start and end are set aside, then words are compared, or lines in
longer texts. Texts that still differ too much are shown as one replaced by the other. Long pieces are cut and say how
much is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from supportsaas.formatting import format_number
from tickets.classification.scripts import SIGNS, is_sign

Kind = Literal["same", "removed", "added", "skipped"]

# difflib's time can grow with the cube of the number of tokens. This many take milliseconds.
MAX_TOKENS = 600
CONTEXT = 120
LONGEST_WORD = 100
LONGEST_PIECE = 4_000

_WORD = re.compile(rf"[\w{SIGNS}]+|\s+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that is the same, removed or added; `skipped` describes what is left out."""

    kind: Kind
    text: str

    @property
    def is_break(self) -> bool:
        """Whether it has only line breaks, which no sign could show."""
        return bool(self.text) and not self.text.strip("\n")


def diff_texts(old: str, new: str) -> list[Piece]:
    """The pieces in reading order, removed text before the text that replaces it."""
    if old == new:
        return _shortened([Piece("same", new)] if new else [])
    before, old_core, new_core, after = _trim(old, new)
    pieces = [Piece("same", before), *_diff_cores(old_core, new_core), Piece("same", after)]
    return _shortened(_with_breaks_apart(_merged(pieces)))


def _trim(old: str, new: str) -> tuple[str, str, str, str]:
    """The common start, the two middles, and the common end, cut between words."""
    begin = _common_length(old, new)
    begin = next((n for n in _steps_down(begin) if not (_cuts_a_word(old, n) or _cuts_a_word(new, n))), begin)
    before, old, new = old[:begin], old[begin:], new[begin:]
    end = _common_length(old[::-1], new[::-1])
    a, b = len(old), len(new)
    end = next((n for n in _steps_down(end) if not (_cuts_a_word(old, a - n) or _cuts_a_word(new, b - n))), end)
    return before, old[: a - end], new[: b - end], old[a - end :]


def _steps_down(length: int) -> range:
    return range(length, max(length - LONGEST_WORD, -1), -1)


def _common_length(first: str, second: str) -> int:
    """The length of the common start, by bisection over slices (a loop would be slow for 1 MB)."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _cuts_a_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and _is_word(text[place - 1]) and _is_word(text[place])


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_" or is_sign(character)


def _diff_cores(old: str, new: str) -> list[Piece]:
    for pattern in (_WORD, _LINE):
        old_tokens, new_tokens = _tokens(pattern, old), _tokens(pattern, new)
        if old_tokens is not None and new_tokens is not None:
            return _diff_tokens(old_tokens, new_tokens)
    return [Piece("removed", old), Piece("added", new)]


def _tokens(pattern: re.Pattern[str], text: str) -> list[str] | None:
    """The tokens, or None if there are too many to compare."""
    found = []
    for match in pattern.finditer(text):
        found.append(match.group())
        if len(found) > MAX_TOKENS:
            return None
    return found


def _diff_tokens(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    pieces = []
    for action, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if action == "equal":
            pieces.append(Piece("same", "".join(old[i1:i2])))
            continue
        pieces.append(Piece("removed", "".join(old[i1:i2])))
        pieces.append(Piece("added", "".join(new[j1:j2])))
    return pieces


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Without empty pieces, and with a single space between two changes merged into them.

    “~~red~~ +blue+ ~~car~~ +boat+” reads better as “~~red car~~ +blue boat+”.
    """
    pieces = [piece for piece in pieces if piece.text]
    changes_next = [piece.kind != "same" for piece in pieces[1:]] + [False]
    merged: list[Piece] = []
    removed, added = "", ""

    def flush() -> None:
        nonlocal removed, added
        merged.extend(Piece(kind, text) for kind, text in (("removed", removed), ("added", added)) if text)  # type: ignore[arg-type]
        removed, added = "", ""

    for piece, change_follows in zip(pieces, changes_next, strict=True):
        if piece.kind == "removed":
            removed += piece.text
        elif piece.kind == "added":
            added += piece.text
        elif removed and added and change_follows and piece.text.isspace() and "\n" not in piece.text:
            removed += piece.text
            added += piece.text
        else:
            flush()
            merged.append(piece)
    flush()
    return merged


def _with_breaks_apart(pieces: Sequence[Piece]) -> list[Piece]:
    """With the line breaks at the start of a change as a piece of their own."""
    result = []
    for piece in pieces:
        rest = piece.text.lstrip("\n") if piece.kind != "same" else piece.text
        breaks = len(piece.text) - len(rest)
        result += [Piece(piece.kind, text) for text in (piece.text[:breaks], rest) if text]
    return result


def _shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """With long pieces cut: of unchanged text only the part next to a change is kept."""
    result: list[Piece] = []
    for number, piece in enumerate(pieces):
        if piece.kind == "same":
            head = CONTEXT if number > 0 else 0
            tail = CONTEXT if number < len(pieces) - 1 else 0
            result += (
                _cut(piece, head, tail, "unchanged") if head + tail else _cut(piece, LONGEST_PIECE, 0, "unchanged")
            )
        else:
            result += _cut(piece, LONGEST_PIECE, 0, piece.kind)
    return result


def _cut(piece: Piece, head: int, tail: int, what: str) -> list[Piece]:
    text = piece.text
    if len(text) - head - tail <= CONTEXT:
        return [piece]
    # Cut at a space if there is one nearby.
    begin = max(text.rfind(" ", head // 2, head), 0) or head
    end = text.find(" ", len(text) - tail, len(text) - tail // 2) + 1 or len(text) - tail
    number = format_number(end - begin)
    cut = [Piece("same", text[:begin]), Piece("skipped", f"{number} more characters {what}"), Piece("same", text[end:])]
    return [Piece(piece.kind, each.text) if each.kind == "same" else each for each in cut if each.text]
