"""The configurable connector for helpdesks that list tickets as JSON (see `tickets.helpdesks.options`)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tickets.helpdesks.base import (
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
from tickets.helpdesks.field_paths import has_path, look_up, map_status
from tickets.helpdesks.http import Answer, HelpdeskHttp
from tickets.helpdesks.link_header import UnreadableLink, find_next
from tickets.helpdesks.options import RestOptions
from tickets.helpdesks.paging import LinkPager, NumberPager, PageResult, Repeats
from tickets.helpdesks.paging.repeats import MOST_IN_A_ROW, names_of
from tickets.records.dates import DateForm
from tickets.records.normalize import as_text
from tickets.records.statuses import StatusMap

BEYOND_THE_END = (400, 404, 410, 416, 422)
_ROUND = 1000
"""An error after a multiple of this is not the end of the list: some APIs stop paging at a round number."""


class RestSource(TicketSource):
    """Reads any list of JSON records by offset, page number or next link."""

    drift: Drift = "silent"

    def __init__(self, http: HelpdeskHttp, *, options: RestOptions, page_size: int) -> None:
        self._http = http
        self._options = options
        self._dates = DateForm(zone=ZoneInfo(options.timezone), date_format=options.date_format)
        self._page_size = page_size
        self._is_key_checked = False
        self._total_was_right = False
        self._statuses = StatusMap(options.status_map)

    @property
    def supports_since(self) -> bool:
        return bool(self._options.since_param)

    @property
    def lists_everything(self) -> bool:
        return self._options.deletes_absent

    def describe(self, first: Page) -> str:
        return f"Connected to {self._http.host}. {tickets_found(first.total_count)} {self._options.about_absent}"

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        self._check_key()  # with a wrong key the list may look empty
        params = self._params(since=since, size=self._page_size)
        pager = self._pager(params, start)
        repeats = Repeats()
        has_begun = False
        while (address := pager.address) is not None:
            place = pager.position
            try:
                answer = self._http.get(address, pager.params)
            except SourceError as error:
                if not (has_begun and self._is_beyond_the_end(error, pager)):
                    raise
                if isinstance(pager, LinkPager):
                    yield Page([], place, is_doubtful=True)  # a link to a missing page means records were lost
                break
            records, total = self._records(answer, is_first=not place.pages_before), self._total(answer)
            is_repeated = repeats.add(self._names(records))
            if (records and not is_repeated) or not (has_begun or place.pages_before):
                yield self._page(records, place, total=total, seen=_seen_with(pager, records))
            has_begun = True
            pager.advance(PageResult(answer=answer, records=len(records), total=total, is_repeated=is_repeated))
            if repeats.in_a_row >= MOST_IN_A_ROW:
                self._check_repetition(records, repeats, pager)
                break
            if isinstance(pager, NumberPager) and pager.went_back:
                repeats.forget()
        self._total_was_right = start is None and isinstance(pager, NumberPager) and pager.total_is_right

    def _pager(self, params: Mapping[str, str | int], start: Position | None) -> NumberPager | LinkPager:
        options = self._options
        if options.paging == "next":
            return LinkPager(
                options.path, params=params, find_next=self._next_address, host=self._http.host, start=start
            )
        by_offset = options.paging == "offset"
        return NumberPager(
            options.path,
            params=params,
            name=options.offset_param if by_offset else options.page_param,
            first=0 if by_offset else options.first_page,
            by_offset=by_offset,
            trusts_total=self._total_was_right,
            start=start,
        )

    def _check_key(self) -> None:
        if self._options.check_path and not self._is_key_checked:
            self._http.get(self._options.check_path)
            self._is_key_checked = True

    def _is_beyond_the_end(self, error: SourceError, pager: NumberPager | LinkPager) -> bool:
        """Whether this error is the helpdesk's way to end its list."""
        if error.status not in BEYOND_THE_END or pager.announces_more:
            return False
        if isinstance(pager, LinkPager):
            return True
        if error.status != 404 and pager.seen and pager.seen % _ROUND == 0:
            return False
        try:
            answer = self._http.get(self._options.path, pager.params_after())
        except SourceError as second:
            return second.status in BEYOND_THE_END
        return not self._records(answer, is_first=False)  # else only one page was missing

    def _check_repetition(self, records: list[Any], repeats: Repeats, pager: NumberPager | LinkPager) -> None:
        """Raise `SourceError` if the helpdesk ignores the page number and always returns the same page."""
        has_ids = any(look_up(each, self._options.fields["id"]) is not None for each in records)
        if has_ids and (repeats.distinct > 1 or pager.total_is_right):
            return
        if has_ids and isinstance(pager, NumberPager) and self._respects_page_numbers(pager, records):
            return
        raise SourceError(
            "unexpected_answer",
            f"The helpdesk at {self._http.host} returns the same page again and again. Check the paging settings.",
        )

    def _respects_page_numbers(self, pager: NumberPager, records: list[Any]) -> bool:
        """Whether a helpdesk that repeated its only page returns another record if asked for the second."""
        params = pager.params_of_one_later(self._options.size_param)
        if params is None or len(records) < 2:
            return False
        later = self._records(self._http.get(self._options.path, params), is_first=False)
        return self._names(later)[:1] == self._names(records)[1:2]

    def _names(self, records: list[Any]) -> list[str]:
        return names_of(records, [look_up(each, self._options.fields["id"]) for each in records])

    def _page(self, records: list[Any], position: Position, *, total: int | None, seen: int | None) -> Page:
        total_pages = None
        if total is not None and records:
            left = (
                max(total - seen, 0) if seen is not None else max(total - (position.pages_before + 1) * len(records), 0)
            )
            total_pages = position.pages_before + 1 + -(-left // len(records))
        return Page(MappedRecords(records, self.record), position, total_pages=total_pages, total_count=total)

    def record(self, raw: Any) -> SourceRecord:
        return SourceRecord(self._fields(raw), raw, is_skipped=self._is_skipped(raw))

    def _is_skipped(self, raw: Any) -> bool:
        found = ((look_up(raw, path), value) for path, value in self._options.skip_where.items())
        return any(each not in (None, "", False) if value == "*" else as_text(each) == value for each, value in found)

    def find_deleted_ids(self) -> list[str]:
        return []

    def close(self) -> None:
        self._http.close()

    def _params(self, *, since: datetime | None, size: int) -> dict[str, str | int]:
        params: dict[str, str | int] = dict(self._options.params)
        if self._options.size_param:
            params[self._options.size_param] = size
        if since is not None and self._options.since_param:
            params[self._options.since_param] = since.astimezone(UTC).strftime(self._options.since_format)
        return params

    def _records(self, answer: Answer, *, is_first: bool = True) -> list[Any]:
        """The list in the response. After the first page, a missing list means the end.

        Raises `SourceError` if there is no list, or if the response reports an error.
        """
        path = self._options.records
        records = look_up(answer.payload, path)
        if records and isinstance(records, list):
            return records
        complaint = complaint_of(answer.payload, hide=self._http.hide)
        if complaint is not None:
            quote = f": “{complaint}”" if complaint else "."
            raise SourceError("failed_answer", f"The helpdesk at {self._http.host} reported an error{quote}")
        if not records and (not is_first or answer.payload is None or not path or has_path(answer.payload, path)):
            return []
        where = f"at “{self._options.records}”" if self._options.records else "in its response"
        raise SourceError(
            "unexpected_answer", f"The helpdesk at {self._http.host} returned no list of tickets {where}."
        )

    def _total(self, answer: Answer) -> int | None:
        return read_total(look_up(answer.payload, self._options.total)) if self._options.total else None

    def _next_address(self, answer: Answer) -> str | None:
        if self._options.next == "header:Link":
            try:
                following: Any = find_next(answer.headers.get("Link", ""))
            except UnreadableLink:
                raise SourceError(
                    "unexpected_answer",
                    f"The helpdesk at {self._http.host} returned an invalid Link header, so the next page is unknown. "
                    "Tickets imported so far are kept.",
                ) from None
        else:
            following = look_up(answer.payload, self._options.next)
        if not following:
            return None
        if not isinstance(following, str):
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self._http.host} returned no URL of the next page at “{self._options.next}”.",
            )
        return self._http.follow(following, found_in=answer)

    def _fields(self, record: Any) -> Mapping[str, Any] | None:
        if not isinstance(record, dict):
            return None
        fields: dict[str, Any] = dict(self._options.defaults)
        for name, path in self._options.fields.items():
            value = look_up(record, path)
            if value is not None:
                fields[name] = value
        if "status" in fields:
            fields["status"] = map_status(fields["status"], self._statuses)
        return self._dates.localize(fields)


def _seen_with(pager: NumberPager | LinkPager, records: list[Any]) -> int | None:
    return None if pager.seen is None else pager.seen + len(records)
