"""The phrases of a ticket that are counted: the roots of its content words, and pairs of neighbours. Pure."""

from typing import Final

from tickets.classification.topics.content_words import BREAK, NEGATION, PARTICLES, content_roots, read_text

READ_LIMIT: Final = 2_000
"""Characters of a message. What a ticket is about is said early."""


def phrases_of(subject: str, message: str) -> frozenset[str]:
    """The roots and the pairs, with a space between. Any text is valid."""
    found: set[str] = set()
    before = BREAK
    for root in content_roots(read_text(subject, message[:READ_LIMIT])).split():
        if root != BREAK:
            if _says_something(root):
                found.add(root)
            if before != BREAK and root != before and _is_pair(before, root):
                found.add(f"{before} {root}")
        before = root
    return frozenset(found)


def _says_something(root: str) -> bool:
    return root != NEGATION and root not in PARTICLES and not root.isdigit()


def _is_pair(first: str, second: str) -> bool:
    if first in PARTICLES or second == NEGATION:
        return False
    return _says_something(first) or _says_something(second)
