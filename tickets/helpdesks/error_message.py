"""Finds a readable error message in a helpdesk's response. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from tickets.records.plain_text import to_plain_text

LONGEST = 200
LARGEST_BODY = 64 * 1024
_DEEPEST = 6
_HEAD = re.compile(r"<head\b.*?(?:</head\s*>|(?=<body\b))", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title\b[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_MESSAGES = frozenset(
    ("error", "errors", "errormessages", "error_description", "message", "messages", "msg", "detail", "details",
     "description", "title", "reason")
)  # fmt: skip


def error_message(body: bytes, *, content_type: str, secrets: Iterable[str] = ()) -> str:
    """The error message in JSON, plain text or a web page, as one line of at most 200 characters; empty if there is none.

    Any of `secrets` in it are removed.
    """
    kind = content_type.partition(";")[0].strip().lower()
    text = body[:LARGEST_BODY].decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "["):
        found = _sentence_of(text)
    elif kind == "text/html" or looks_like_html(body):
        found = _words_of_page(text)
    elif kind == "text/plain":
        found = text
    elif "json" in kind:
        found = _sentence_of(text)
    else:
        return ""
    for secret in secrets:
        if secret:
            found = found.replace(secret, "…")
    return one_line(found)


def looks_like_html(body: bytes | bytearray) -> bool:
    return body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))


def one_line(text: str) -> str:
    """Foreign text as part of a sentence: printable, in one line of at most 200 characters."""
    printable = "".join(each if each.isprintable() else " " for each in text[: 50 * LONGEST])
    words = " ".join(printable.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def spellings(secret: str) -> set[str]:
    """A secret and its URL-encoded forms, as a response may repeat it; empty for very short ones."""
    return {secret, quote(secret, safe=""), quote_plus(secret)} if len(secret) > 3 else set()


def _words_of_page(text: str) -> str:
    """The title of a web page and what a person reads on it."""
    title = _TITLE.search(text)
    words = [to_plain_text(title[1])] if title else []
    shown = to_plain_text(_HEAD.sub("", text, count=1))
    if words and not " ".join(shown.split()).startswith(" ".join(words[0].split())):
        words[0] = f"{words[0].strip()} – "
    else:
        words = []
    return "".join([*words, shown]).strip().removesuffix("–")


def _sentence_of(text: str) -> str:
    """The first text under a name for messages; sentences are preferred to codes."""
    try:
        found = [*_messages(json.loads(text), is_message=False, depth=0)]
    except (ValueError, RecursionError):
        return ""
    return next((each for each in found if " " in each.strip()), next(iter(found), ""))


def _messages(value: Any, *, is_message: bool, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if is_message and any(map(str.isalpha, value)):
            yield value
    elif depth == _DEEPEST:
        return
    elif isinstance(value, list):
        for each in value[:10]:
            yield from _messages(each, is_message=is_message, depth=depth + 1)
    elif isinstance(value, Mapping):
        for name, inner in list(value.items())[:50]:
            is_named = str(name).lower() in _MESSAGES
            of_field = is_message and not is_named and not isinstance(inner, Mapping)
            texts = _messages(inner, is_message=is_named or of_field, depth=depth + 1)
            # {"errors": {"per_page": ["is too large"]}} is about a field, {"error": {"type": "x"}} is not
            yield from (f"{name}: {each}" for each in texts if " " in each) if of_field else texts
