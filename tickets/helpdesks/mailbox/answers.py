"""Reads what an IMAP server answers to LIST, SEARCH and FETCH, as `imaplib` returns it. Pure.

The server may send more than it was asked for, such as new flags of a mail. That is passed over.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tickets.helpdesks.mailbox.folder_names import decode_name

LARGEST_UID: Final = 2**32 - 1
_LISTED: Final = re.compile(rb'\((?P<flags>[^()]*)\) (?:"(?:\\.|[^"\\])*"|NIL) (?P<name>.+)', re.DOTALL)
_BEGINS: Final = re.compile(rb"[0-9]+ \(")
_BODY: Final = re.compile(rb"BODY\[[^\]]*\](?:<[0-9]+>)? ?(?P<rest>.*)\Z", re.DOTALL)
_LITERAL_FOLLOWS: Final = re.compile(rb"BODY\[[^\]]*\](?:<[0-9]+>)? \{[0-9]+\}\Z")
_QUOTED: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_UID: Final = re.compile(rb"(?:\(| )UID ([0-9]{1,10})(?= |\))")
_RECEIVED: Final = re.compile(rb'INTERNALDATE "([^"]{1,40})"')


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """`name` as a person reads it; `uses` are its special uses in lower case, such as `\\sent` (RFC 6154)."""

    name: str
    uses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail's UID, when the server received it, and the part that was requested; None if the server sent none."""

    uid: int
    received_at: datetime | None
    body: bytes | None


def read_folders(listed: Iterable[Any]) -> list[ListedFolder]:
    """The folders in the answer to LIST."""
    found = []
    for each in listed:
        line, literal = each if isinstance(each, tuple) else (each, None)
        matched = _LISTED.match(line) if isinstance(line, bytes) else None
        if matched is None:
            continue
        name = literal if literal is not None else _unquoted(matched["name"])
        uses = frozenset(flag.decode("ascii", "replace").casefold() for flag in matched["flags"].split())
        found.append(ListedFolder(decode_name(name.decode("ascii", "replace")), uses))
    return found


def read_uids(answer: Iterable[Any]) -> list[int]:
    """The UIDs in the answer to SEARCH, ascending."""
    words = (word for line in answer if isinstance(line, bytes) for word in line.split())
    numbers = {int(word) for word in words if word.isdigit() and len(word) <= 10}
    return sorted(number for number in numbers if 0 < number <= LARGEST_UID)


def read_fetched(answer: Sequence[Any]) -> list[Fetched]:
    """The mails in the answer to FETCH."""
    found: list[_Pieces] = []
    for each in answer:
        text, literal = each if isinstance(each, tuple) else (each, None)
        if not isinstance(text, bytes):
            continue
        if _BEGINS.match(text):
            found.append(_Pieces())
        if found:
            found[-1].add(text, literal)
    return [mail for each in found if (mail := each.mail()) is not None]


class _Pieces:
    """What the server sent about one mail: text, and literals between it."""

    def __init__(self) -> None:
        self._text = b""
        self._body: bytes | None = None

    def add(self, text: bytes, literal: Any) -> None:
        self._text += text
        if self._body is None and isinstance(literal, bytes) and _LITERAL_FOLLOWS.search(text):
            self._body = literal

    def mail(self) -> Fetched | None:
        """None if it says nothing that was requested."""
        received = _RECEIVED.search(self._text)
        body = self._body if self._body is not None else self._short_body()
        uid = _UID.search(_QUOTED.sub(b'""', self._text))
        if uid is None or (received is None and body is None):
            return None
        return Fetched(int(uid[1]), _moment(received[1]) if received else None, body)

    def _short_body(self) -> bytes | None:
        """A text that is sent in quotation marks."""
        matched = _BODY.search(self._text)
        short = _QUOTED.match(matched["rest"]) if matched else None
        return re.sub(rb"\\(.)", rb"\1", short[1]) if short else None


def _unquoted(name: bytes) -> bytes:
    matched = _QUOTED.fullmatch(name.strip())
    return re.sub(rb"\\(.)", rb"\1", matched[1]) if matched else name.strip()


def _moment(text: bytes) -> datetime | None:
    try:
        return datetime.strptime(text.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
