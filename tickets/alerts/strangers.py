"""Text that strangers wrote, made safe to read beside links of our own. Pure."""

import re
from typing import Final

from supportsaas.formatting import one_line

JOINER: Final = "\N{WORD JOINER}"
"""Shown as nothing, and keeps programs from reading what stands around it as one address."""

_LINKS: Final = re.compile(r"(?<=\w)\.(?=[^\W\d_])|:(?=//)|@")
LONGEST_LINE: Final = 160
MOST_LINES: Final = 2


def unlinked(text: str) -> str:
    """One printable line in which no mail program finds an address to make a link of."""
    return _LINKS.sub(lambda found: f"{JOINER}{found.group()}{JOINER}", one_line(text))


def first_lines(text: str) -> str:
    """The first two lines of a message that say anything, each cut to 160 characters."""
    lines = (one_line(each, LONGEST_LINE) for each in text[: 50 * LONGEST_LINE].splitlines())
    said = [each for each in lines if each]
    return "\n".join(said[:MOST_LINES])
