"""Makes untrusted ticket text safe to show next to our own links. Pure."""

import re
from typing import Final

from supportsaas.formatting import one_line

JOINER: Final = "\N{WORD JOINER}"
"""Invisible, and keeps programs from reading the text around it as one URL."""

_LINKS: Final = re.compile(r"(?<=\w)\.(?=[^\W\d_])|:(?=//)|@")
LONGEST_LINE: Final = 160
MOST_LINES: Final = 2


def unlinked(text: str) -> str:
    """One printable line in which mail programs find nothing to turn into a link."""
    return _LINKS.sub(lambda found: f"{JOINER}{found.group()}{JOINER}", one_line(text))


def first_lines(text: str) -> str:
    """The first two non-empty lines of a message, each cut to 160 characters."""
    lines = (one_line(each, LONGEST_LINE) for each in text[: 50 * LONGEST_LINE].splitlines())
    non_empty = [each for each in lines if each]
    return "\n".join(non_empty[:MOST_LINES])
