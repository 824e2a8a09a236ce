"""Files that are not text, whatever their name says, recognised by their first bytes. Pure."""

from typing import Final

_SAVE_AS_CSV: Final = "open it in a spreadsheet program and save the sheet as CSV in UTF-8"
_STARTS: Final = (
    (b"PK\x03\x04", f"is a ZIP archive or an Excel file. Unpack it, or {_SAVE_AS_CSV}"),
    (b"PK\x05\x06", "is an empty ZIP archive"),
    (b"\x1f\x8b", "is compressed with gzip. Unpack it first"),
    (b"BZh91AY&SY", "is compressed with bzip2. Unpack it first"),
    (b"\xfd7zXZ\x00", "is compressed with xz. Unpack it first"),
    (b"(\xb5/\xfd", "is compressed with zstd. Unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive. Unpack it first"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"is an old Excel file. To import it, {_SAVE_AS_CSV}"),
    (b"%PDF-", "is a PDF. Export the tickets as CSV or JSON"),
    (b"SQLite format 3\x00", "is a database. Export the tickets as CSV or JSON"),
)
_PAGES: Final = (b"<!doctype html", b"<html")
_MARK: Final = b"\xef\xbb\xbf"
_JSON: Final = (b"{", b"[{", b"[\n", b"[\r\n")


def why_not_text(head: bytes, *, is_wide: bool) -> str:
    """What a file is that begins with these bytes, as the rest of a sentence; empty if it may be text.

    `is_wide`: as text, it would be UTF-16 or UTF-32, which has zero bytes.
    """
    for start, what in _STARTS:
        if head.startswith(start):
            return what
    if head.removeprefix(_MARK).lstrip().lower().startswith(_PAGES):
        return f"is a web page. Export the tickets as CSV or JSON, or {_SAVE_AS_CSV}"
    return "is not a text file" if b"\0" in head and not is_wide else ""


def is_json(head: bytes) -> bool:
    """Whether the text begins as JSON with objects does, and as no line of column names."""
    return head.removeprefix(_MARK).lstrip().startswith(_JSON)
