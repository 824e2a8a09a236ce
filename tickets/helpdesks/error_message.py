"""Finds a readable error message in a helpdesk's response. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

LONGEST = 200
LARGEST_BODY = 64 * 1024
_DEEPEST = 6
_MESSAGES = frozenset(
    ("error", "errors", "errormessages", "error_description", "message", "messages", "msg", "detail", "details",
     "description", "title", "reason")
)  # fmt: skip


def error_message(body: bytes, *, content_type: str, secrets: Iterable[str] = ()) -> str:
    """The error message in JSON or plain text, as one line of at most 200 characters; empty if there is none.

    Any of `secrets` in it are removed.
    """
    kind = content_type.partition(";")[0].strip().lower()
    text = body[:LARGEST_BODY].decode("utf-8-sig", "replace")
    if kind == "text/plain":
        found = text
    elif "json" in kind or text.lstrip()[:1] in ("{", "["):
        found = _sentence_of(text)
    else:
        return ""
    for secret in secrets:
        if secret:
            found = found.replace(secret, "…")
    printable = "".join(each if each.isprintable() else " " for each in found)
    words = " ".join(printable.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def spellings(secret: str) -> set[str]:
    """A secret and its URL-encoded forms, as a response may repeat it; empty for very short ones."""
    return {secret, quote(secret, safe=""), quote_plus(secret)} if len(secret) > 3 else set()


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
