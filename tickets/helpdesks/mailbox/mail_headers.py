"""What the headers of a mail say: who wrote it, when, in answer to what, and whether a program did. Pure.

Headers come from anyone, so each is cut to a length before it is parsed, and one that cannot be read is left out.
"""

import email.utils
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from typing import Final

from tickets.helpdesks.mailbox.charsets import decode_bytes

HEADERS: Final = (
    "MESSAGE-ID", "IN-REPLY-TO", "REFERENCES", "FROM", "REPLY-TO", "SUBJECT", "DATE", "AUTO-SUBMITTED", "PRECEDENCE",
    "LIST-ID", "RETURN-PATH", "CONTENT-TYPE", "X-AUTOREPLY",
)  # fmt: skip
"""All headers that are requested."""
LONGEST_HEADER: Final = 4_000
LONGEST_REFERENCES: Final = 16_000
LONGEST_SUBJECT: Final = 1_000
LONGEST_NAME: Final = 200
MOST_PARENTS: Final = 30
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_ID: Final = re.compile(r"<([^<>\s]{1,900})>")
_ADDRESS: Final = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
_BULK: Final = frozenset(("bulk", "junk", "auto_reply", "list"))


@dataclass(frozen=True, slots=True)
class Person:
    """A name, which may be empty, and an address in lower case, empty if it cannot be read."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """`identity` differs between any two mails, and is the same for copies of one. `id` and `parents` are digests of
    message ids: its own, and those of the mails before it in the thread, the nearest first.

    `automatic`: a program wrote it: `reply`, `bounce` or `list`; empty if a person did. `list_id`: of the mailing list.
    """

    identity: str
    id: str
    parents: tuple[str, ...]
    author: Person
    reply_to: Person
    subject: str
    at: datetime
    automatic: str
    list_id: str


def read_headers(raw: bytes, *, received_at: datetime) -> MailHeaders:
    """From the header lines of a mail. `received_at`: when the server received it.

    The mail's own date counts, unless it cannot be read or is later than that.
    """
    headers = _by_name(raw)
    own = _ids(headers.get("message-id", ""))
    date = headers.get("date", "")
    author = _person(headers.get("from", ""))
    without_id = f"{author.address} {date} {headers.get('subject', '')}"
    id_ = own[0] if own else f"no id: {without_id}"
    sent_at = _date(date)
    list_id = headers.get("list-id", "")
    return MailHeaders(
        identity=digest(f"{id_}\0{author.address}\0{date}"),
        id=digest(id_),
        parents=_parents(headers, own=id_),
        author=author,
        reply_to=_person(headers.get("reply-to", "")),
        subject=decoded(headers.get("subject", ""))[:LONGEST_SUBJECT],
        at=sent_at if sent_at is not None and _EARLIEST <= sent_at <= received_at else received_at,
        automatic=_automatic(headers, author),
        list_id=(found[-1] if (found := _ids(list_id)) else list_id.strip())[:LONGEST_NAME].casefold(),
    )


def digest(text: str) -> str:
    """80 bits: nobody finds a second text with the digest of a given one."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=10).hexdigest()


def decoded(value: str) -> str:
    """A header with its encoded words (RFC 2047) as text, on one line."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(value, None)]
    text = "".join(
        piece if isinstance(piece, str) else decode_bytes(piece, charset or "ascii") for piece, charset in pieces
    )
    return " ".join(text.split())


def _by_name(raw: bytes) -> dict[str, str]:
    """The first of each header, on one line, not decoded. Of references the last ones count."""
    found: dict[str, str] = {}
    for name, value in BytesHeaderParser().parsebytes(raw).raw_items():
        key, data = name.casefold(), str(value).encode("ascii", "surrogateescape")
        data = data[-LONGEST_REFERENCES:] if key == "references" else data[:LONGEST_HEADER]
        found.setdefault(key, " ".join(decode_bytes(data, "utf-8").split()))
    return found


def _ids(value: str) -> list[str]:
    return _ID.findall(value) or [word for word in value.split()[:1] if "@" in word]


def _parents(headers: Mapping[str, str], *, own: str) -> tuple[str, ...]:
    """The nearest first, and at the end the one that began the thread."""
    references = _ids(headers.get("references", ""))
    nearest_first = [*_ids(headers.get("in-reply-to", ""))[:1], *reversed(references)]
    distinct = [each for each in dict.fromkeys(nearest_first) if each != own]
    kept = distinct if len(distinct) <= MOST_PARENTS else [*distinct[: MOST_PARENTS - 1], distinct[-1]]
    return tuple(digest(each) for each in kept)


def _person(value: str) -> Person:
    try:
        name, address = next(iter(email.utils.getaddresses([value])), ("", ""))
    except (ValueError, IndexError):  # the parser of Python's library trips over some
        name, address = "", ""
    if _ADDRESS.fullmatch(address) is None:
        found = _ADDRESS.search(value)
        address = found[0] if found else ""
    return Person(decoded(name)[:LONGEST_NAME], address.casefold() if len(address) <= LONGEST_NAME else "")


def _date(value: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _automatic(headers: Mapping[str, str], author: Person) -> str:
    content_type = headers.get("content-type", "").casefold()
    local = author.address.partition("@")[0]
    if content_type.startswith("multipart/report") or local == "mailer-daemon" or headers.get("return-path") == "<>":
        return "bounce"
    submitted = headers.get("auto-submitted", "no").casefold().partition(";")[0].strip()
    if submitted not in ("no", "") or headers.get("x-autoreply"):
        return "reply"
    if "list-id" in headers or headers.get("precedence", "").casefold() in _BULK:
        return "list"
    return ""
