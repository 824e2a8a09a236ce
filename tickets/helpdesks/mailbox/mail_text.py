"""The text of a mail: its plain text, or else its HTML as plain text. Attachments are passed over. Pure.

Only the beginning of a large mail is read, so its last part may be cut off anywhere.
"""

from email.message import Message
from email.parser import BytesParser
from typing import Final

from tickets.helpdesks.mailbox.charsets import decode_bytes
from tickets.records.plain_text import to_plain_text

DEEPEST: Final = 20
MOST_PARTS: Final = 200
"""Of all parts of a mail, at most this many are looked at."""
LONGEST_TEXT: Final = 100_000


def mail_text(raw: bytes) -> str:
    """The text, empty if the mail has none."""
    try:
        mail = BytesParser().parsebytes(raw)
    except (RecursionError, ValueError, LookupError):  # parts within parts, a thousand deep
        return ""
    return _Parts().text_of(mail).strip()[:LONGEST_TEXT]


class _Parts:
    """Of one mail; counts the parts that are looked at."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def text_of(self, part: "Message[str, str]", depth: int = 0) -> str:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST or part.get_content_disposition() == "attachment":
            return ""
        kind = part.get_content_type()
        if part.is_multipart():
            if part.get_content_maintype() != "multipart":
                return ""  # a mail within this mail
            return self._of_several(kind, [each for each in part.get_payload() if isinstance(each, Message)], depth)
        if part.get_content_maintype() == "multipart":
            kind = "text/plain"  # without a part in it
        if kind not in ("text/plain", "text/html") or part.get_filename():
            return ""
        text = _decoded(part)
        return to_plain_text(text) if kind == "text/html" else text

    def _of_several(self, kind: str, parts: list["Message[str, str]"], depth: int) -> str:
        if kind == "multipart/alternative":  # the same text several times, the plainest first
            plain_first = sorted(parts, key=lambda each: each.get_content_type() != "text/plain")
            return next((text for each in plain_first if (text := self.text_of(each, depth + 1)).strip()), "")
        if kind == "multipart/related":
            parts = parts[:1]
        texts = [text.strip() for each in parts if (text := self.text_of(each, depth + 1)).strip()]
        return "\n\n".join(texts)


def _decoded(part: "Message[str, str]") -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        charset = part.get_content_charset() or "utf-8"
    except (LookupError, ValueError):
        charset = "utf-8"
    return decode_bytes(payload, charset).replace("\r\n", "\n")
