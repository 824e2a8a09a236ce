"""Parses the Link header (RFC 8288, section 3), with tolerance for common deviations. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = " \t\r\n"
_NAME = re.compile(r"[^\s=;,\"'<>]+")
_PLAIN_VALUE = re.compile(r"[^\s;,\"]+")


class UnreadableLink(ValueError):
    """The header could not be parsed to its end, so it may contain more links."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its lower-case relations."""

    target: str
    relations: frozenset[str]


def find_next(header: str) -> str | None:
    """The target of the link with relation `next`; None if there is none.

    Raises `UnreadableLink` if an invalid part comes before it.
    """
    return next((link.target for link in parse_links(header) if "next" in link.relations), None)


def parse_links(header: str) -> Iterator[Link]:
    """The links of the header, one by one. Raises `UnreadableLink`.

    Ignores case in parameter names and relations, and accepts spaces around = and values in single quotes. Of several
    `rel` parameters the first counts (section 3.3); links with an `anchor` are not about this page (section 3.2).
    """
    return _Reader(header).links()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def links(self) -> Iterator[Link]:
        while True:
            while self._skip_blanks() == ",":
                self._at += 1
            if not self._peek():
                return
            yield self._link()
            if self._skip_blanks() not in ("", ","):
                raise UnreadableLink(self._text)

    def _link(self) -> Link:
        target = self._between("<", ">").strip()
        relations: frozenset[str] | None = None
        is_of_this_page = True
        while self._skip_blanks() == ";":
            self._at += 1
            if self._skip_blanks() in (";", ",", ""):
                continue
            name, value = self._parameter()
            if name == "rel" and relations is None:
                relations = frozenset(value.lower().split())
            is_of_this_page = is_of_this_page and not (name == "anchor" and value)
        return Link(target, relations if relations and is_of_this_page else frozenset())

    def _parameter(self) -> tuple[str, str]:
        name = self._match(_NAME)
        if self._skip_blanks() != "=":
            return name.lower(), ""
        self._at += 1
        mark = self._skip_blanks()
        if mark == '"':
            return name.lower(), self._quoted()
        if mark == "'" and "'" in self._text[self._at + 1 :]:
            return name.lower(), self._between("'", "'")
        return name.lower(), self._match(_PLAIN_VALUE)

    def _quoted(self) -> str:
        """A quoted string (RFC 9110, 5.6.4), with backslash escapes."""
        value: list[str] = []
        self._at += 1
        while (character := self._peek()) != '"':
            if character == "\\":
                self._at += 1
            if not self._peek():
                raise UnreadableLink(self._text)
            value.append(self._peek())
            self._at += 1
        self._at += 1
        return "".join(value)

    def _between(self, first: str, last: str) -> str:
        if self._peek() != first:
            raise UnreadableLink(self._text)
        end = self._text.find(last, self._at + 1)
        if end < 0:
            raise UnreadableLink(self._text)
        value, self._at = self._text[self._at + 1 : end], end + 1
        return value

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise UnreadableLink(self._text)
        self._at = found.end()
        return found[0]

    def _skip_blanks(self) -> str:
        """The next character that is not a space; empty at the end."""
        while self._peek() and self._peek() in _BLANK:
            self._at += 1
        return self._peek()

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]
