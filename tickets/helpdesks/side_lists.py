"""Lists beside the tickets: tables that tickets refer to, messages of a ticket, deleted tickets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.http import Answer, HelpdeskHttp
from tickets.helpdesks.link_header import UnreadableLink, find_next
from tickets.records.cleaning import as_text

IN_LINK_HEADER: Final = "header:Link"
MOST_PAGES: Final = 1_000
"""A list with more pages does not end."""
_BEYOND_THE_END: Final = (400, 404, 410, 416, 422)

Join = Callable[[list[Any], Any], list[Any]]


class ListTooLong(SourceError):
    """The list has more pages than are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideList:
    """Where the list is, and what leads to its following pages; without that there is one.

    `next`: path to their URL. `page_param` counts them. `cursor`: path to what `cursor_param` asks for the next one with.
    """

    path: str
    records: str = ""
    params: Mapping[str, str | int] | None = None
    next: str = ""
    page_param: str = ""
    cursor: str = ""
    cursor_param: str = ""


def _as_they_are(rows: list[Any], _payload: Any) -> list[Any]:
    return rows


def read_list(http: HelpdeskHttp, wanted: SideList, *, join: Join = _as_they_are) -> Iterator[Any]:
    """Its rows, page by page, each page as `join` makes it of its rows and the response.

    Raises `ListTooLong` after `MOST_PAGES`, and `SourceError`.
    """
    address = wanted.path
    params: dict[str, str | int] | None = dict(wanted.params or {})
    visited: set[str] = set()
    before: list[Any] = []
    for number in range(1, MOST_PAGES + 1):
        if wanted.page_param:
            params = {**(wanted.params or {}), wanted.page_param: number}
        try:
            answer = http.get(address, params)
        except SourceError as error:
            if number > 1 and wanted.page_param and error.status in _BEYOND_THE_END:
                return
            raise
        rows = join(_rows(answer.payload, wanted.records), answer.payload)
        if wanted.page_param and (not rows or rows == before):  # some ignore which page is requested
            return
        yield from rows
        before = rows
        if wanted.page_param:
            continue
        following = _next_page(http, answer, wanted)
        if following is None or str(following) in visited:
            return
        visited.add(str(following))
        address, params = following
    raise ListTooLong(
        "unexpected_answer", f"The helpdesk at {http.host} returned a list at {wanted.path} without an end."
    )


def _next_page(http: HelpdeskHttp, answer: Answer, wanted: SideList) -> tuple[str, dict[str, str | int] | None] | None:
    """URL or path and parameters of the next page; None at the end of the list."""
    if wanted.cursor:
        cursor = as_text(look_up(answer.payload, wanted.cursor))
        return (wanted.path, {**(wanted.params or {}), wanted.cursor_param: cursor}) if cursor else None
    address = next_address(http, answer, wanted.next)
    return None if address is None else (address, None)


def next_address(http: HelpdeskHttp, answer: Answer, path: str) -> str | None:
    """The URL of the next page at `path` in the response, or in its Link header; None if there is none."""
    if not path:
        return None
    if path == IN_LINK_HEADER:
        try:
            following: Any = find_next(answer.headers.get("Link", ""))
        except UnreadableLink:
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {http.host} returned an invalid Link header, so the next page is unknown. "
                "Tickets imported so far are kept.",
            ) from None
    else:
        following = look_up(answer.payload, path)
    if not following:
        return None
    if not isinstance(following, str):
        raise SourceError(
            "unexpected_answer", f"The helpdesk at {http.host} returned no URL of the next page at “{path}”."
        )
    return http.follow(following, found_in=answer)


def _rows(payload: Any, path: str) -> list[Any]:
    found = look_up(payload, path)
    if isinstance(found, dict):
        return [
            {"id": key, **each} if isinstance(each, dict) else {"id": key, "name": each} for key, each in found.items()
        ]
    return found if isinstance(found, list) else []
