"""The native protocol, the simplest one a helpdesk can offer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tickets.helpdesks.base import (
    LARGEST_NUMBER,
    Drift,
    MappedRecords,
    Page,
    Position,
    SourceError,
    SourceRecord,
    TicketSource,
    read_total,
    tickets_found,
)
from tickets.helpdesks.complaints import complaint_of
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.paging.pager import MOST_EMPTY_PAGES
from tickets.helpdesks.shrinking_listing import Shrinking
from tickets.records.cleaning import clean_text


class NativeSource(TicketSource):
    """Reads `/external/support-tickets` page by page, and `/external/deleted-tickets`."""

    supports_since = False
    lists_everything = True
    drift: Drift = "reported"

    def __init__(self, http: HelpdeskHttp, *, tenant_id: str, page_size: int) -> None:
        self._http = http
        self._tenant_id = tenant_id
        self._page_size = page_size

    def describe(self, first: Page) -> str:
        return f"Connected to {self._http.host}. {tickets_found(first.total_count)}"

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        number: int | None = int(start.token) if start else 1
        shrinking = Shrinking()
        empty = 0
        while number is not None:
            payload = self._list(page=number, page_size=self._page_size)
            empty = 0 if payload["tickets"] else empty + 1
            if empty > MOST_EMPTY_PAGES:
                raise SourceError(
                    "unexpected_answer",
                    f"The helpdesk at {self._http.host} returned {MOST_EMPTY_PAGES} empty pages in a row, each with a next page, "
                    "so the end of the list is unknown. Tickets imported so far are kept.",
                )
            total = read_total(payload.get("total_count"))
            yield Page(
                records=MappedRecords(payload["tickets"], self.record),
                position=Position(number - 1, str(number)),
                total_pages=None if total is None else max(-(-total // self._page_size), 1),
                total_count=total,
            )
            lost = shrinking.by(total)
            if lost and number > 1:
                page_length = max(len(payload["tickets"]), 1)  # may be shorter than requested
                number = max(number - -(-lost // page_length), 1)
            else:
                number = self._next_number(payload, after=number)

    def record(self, raw: Any) -> SourceRecord:
        if not isinstance(raw, dict):
            return SourceRecord(None, raw)
        return SourceRecord(raw, raw, messages=_messages_of(raw))

    def find_deleted_ids(self) -> list[str]:
        try:
            payload = self._http.get("/external/deleted-tickets", {"tenant_id": self._tenant_id}).payload
        except SourceError as error:
            if error.code == "not_found":
                return []  # older helpdesks lack this list
            raise
        ids = payload.get("deleted_ids") if isinstance(payload, dict) else None
        if not isinstance(ids, list):
            raise SourceError(
                "unexpected_answer", f"The helpdesk at {self._http.host} returned no list of deleted tickets."
            )
        return [
            clean_text(str(each)).strip() for each in ids if isinstance(each, str | int) and not isinstance(each, bool)
        ]

    def close(self) -> None:
        self._http.close()

    def _list(self, *, page: int, page_size: int) -> dict[str, Any]:
        params: dict[str, str | int] = {"tenant_id": self._tenant_id, "page": page, "page_size": page_size}
        payload = self._http.get("/external/support-tickets", params).payload
        if not isinstance(payload, dict) or not isinstance(payload.get("tickets"), list):
            raise SourceError("unexpected_answer", f"The helpdesk at {self._http.host} returned no list of tickets.")
        if not payload["tickets"] and (complaint := complaint_of(payload, hide=self._http.hide)) is not None:
            quote = f" (“{complaint}”)" if complaint else ""
            raise SourceError("failed_answer", f"The helpdesk at {self._http.host} reported an error{quote}.")
        return payload

    def _next_number(self, payload: dict[str, Any], *, after: int) -> int | None:
        following = payload.get("next_page")
        if following is None:
            return None
        if isinstance(following, bool) or not isinstance(following, int) or not after < following <= LARGEST_NUMBER:
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self._http.host} returned {str(following)[:40]!r} as the page after {after}.",
            )
        return following


def _messages_of(raw: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The ticket's messages, None if the helpdesk does not send them."""
    given = raw.get("messages")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else None
