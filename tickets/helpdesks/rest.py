"""The configurable connector for helpdesks that list tickets as JSON (see `tickets.helpdesks.options`)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from supportsaas import clock
from supportsaas.formatting import format_count
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
from tickets.helpdesks.details import Details
from tickets.helpdesks.events import Events
from tickets.helpdesks.field_paths import has_path, look_up, matches
from tickets.helpdesks.http import Answer, EndOfList, HelpdeskHttp
from tickets.helpdesks.lookups import Lookups, columns_used
from tickets.helpdesks.mapping.record_mapper import RecordMapper, as_objects
from tickets.helpdesks.messages import Messages
from tickets.helpdesks.options import RestOptions
from tickets.helpdesks.page_size import PageSize
from tickets.helpdesks.paging import CursorPager, LinkPager, NumberPager, PageResult, Repeats
from tickets.helpdesks.paging.repeats import MOST_IN_A_ROW, names_of
from tickets.helpdesks.placeholders import RequestValues, fill, fill_path, write_moment
from tickets.helpdesks.reported_failure import raise_reported
from tickets.helpdesks.side_lists import SideList, next_address, read_list
from tickets.helpdesks.windows import Window, Windows
from tickets.records.dates import ISO_ONLY
from tickets.records.normalize import as_text

BEYOND_THE_END: Final = (400, 404, 410, 416, 422)
_ROUND: Final = 1000
"""An error after a multiple of this is not the end of the list: some APIs stop paging at a round number."""
_IN_HEADER: Final = "header:"
_OF_LAST_RECORD: Final = "last:"
_GONE: Final = (404, 410, 301, 308)
"""Statuses of one ticket that is deleted, or that moved to another project for good. Other redirects may ask to sign in."""
_SAYS_NOTHING: Final = ("rejected", "server_error", "unexpected_answer", "failed_answer", "not_json", "redirect")
_REFUSED: Final = "refused_login"
_NO_VALUE: Final = "-"
"""In `stop_when`: the response has nothing at the path."""

_Pager = NumberPager | LinkPager | CursorPager


class RestSource(TicketSource):
    """Reads any list of JSON records by offset, page number, next link or cursor."""

    drift: Drift = "silent"

    def __init__(self, http: HelpdeskHttp, *, options: RestOptions, page_size: int) -> None:
        self._http = http
        self._options = options
        self._size = PageSize(min(page_size, options.largest_page))
        if options.in_change_order or options.cursor.startswith(_OF_LAST_RECORD):
            self.drift = "none"  # each page begins at a value, not at a number of records
        self._is_key_checked = False
        self._total_was_right = False
        self._mapper = RecordMapper(
            fields=options.fields,
            defaults=options.defaults,
            status_map=options.status_map,
            timezone=options.timezone,
            date_format=options.date_format,
            skip_where=options.skip_where,
            keep_where=options.keep_where,
            deleted_when=options.deleted_when,
            base_url=http.base_url,
        )
        self._details = Details(http, options.details, options.answers) if options.details else None
        self._lookups = Lookups(http, options.lookups, columns=columns_used(options.model_dump(), options.lookups))
        self._messages = (
            Messages(
                options.conversation,
                timezone=options.timezone,
                date_format=options.date_format,
                keeps_rows_whole=options.events is not None and options.events.among_messages,
            )
            if options.conversation
            else None
        )
        self._events = (
            Events(
                options.events,
                timezone=options.timezone,
                date_format=options.date_format,
                messages=self._messages.place if self._messages else "",
                read_status=self._mapper.status_among,
            )
            if options.events
            else None
        )
        self._first_since = ISO_ONLY.read(options.first_since) if options.first_since else None
        self._asked_since = self._first_since
        self._end_cursor = ""

    @property
    def supports_since(self) -> bool:
        return self._options.filters_by_change or self._options.newest_first

    @property
    def lists_everything(self) -> bool:
        return self._options.deletes_absent

    @property
    def end_cursor(self) -> str:
        return self._end_cursor

    @property
    def remarks(self) -> Sequence[str]:
        of_pages = [self._size.remark] if self._size.remark else []
        return [*of_pages, *self._lookups.remarks, *(self._messages.remarks if self._messages else ())]

    def describe(self, first: Page) -> str:
        return f"Connected to {self._http.host}. {tickets_found(first.total_count)} {self._options.about_absent}"

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        self._check_key()  # with a wrong key the list may look empty
        if since is not None:
            since -= timedelta(minutes=self._options.overlap_minutes)
        if since is not None or start is None:
            self._asked_since = since or self._first_since
        self._end_cursor = ""
        windows = Windows(since=since or self._first_since, start=start)
        for window in windows:
            yield from self._pages_of(window, windows, stop_at=since if self._options.newest_first else None)

    def _pages_of(self, window: Window, windows: Windows, *, stop_at: datetime | None) -> Iterator[Page]:
        """The pages of a window; it ends early at the list's ceiling, or at the first page without a change."""
        start = window.start
        pager = self._pager(window)
        repeats = Repeats()
        has_begun = False
        while (address := pager.address) is not None:
            place = pager.position
            try:
                answer = self._answer(address, pager, window)
            except EndOfList:
                break
            except SourceError as error:
                if not (has_begun and self._is_beyond_the_end(error, pager, window)):
                    raise
                if isinstance(pager, LinkPager):
                    yield Page([], place, is_doubtful=True)  # a link to a missing page means records were lost
                break
            listed, total = self._records(answer, is_first=not place.pages_before), self._total(answer)
            records = self._details.complete(listed) if self._details else listed
            is_repeated = repeats.add(self._names(records))
            if (records and not is_repeated) or not (has_begun or place.pages_before):
                joined = self._lookups.join(window.leave_out_known(records, self._stamp_and_id), answer.payload)
                if self._events:
                    joined = self._events.complete(self._http, joined)
                announced = total if window.is_first else None  # that of a later window is not that of the list
                position = windows.position(window, place)
                yield self._page(joined, position, total=announced, seen=_seen_with(pager, records))
            has_begun = True
            pager.advance(
                PageResult(
                    answer=answer,
                    records=len(listed),
                    first=records[0] if records else None,
                    last=records[-1] if records else None,
                    total=total,
                    is_repeated=is_repeated,
                )
            )
            if repeats.in_a_row >= MOST_IN_A_ROW:
                self._check_repetition(records, repeats, pager, window)
                break
            if isinstance(pager, NumberPager):
                if pager.went_back:
                    repeats.forget()
                elif pager.address is not None and self._ends_window(window, pager):
                    windows.begin_next(window, host=self._http.host)
                    return
            if stop_at is not None and records and self._all_before(stop_at, records):
                break
        if start is None and isinstance(pager, NumberPager) and window.is_first:
            self._total_was_right = pager.total_is_right
        if self._options.cursor_kept and isinstance(pager, CursorPager):
            self._end_cursor = pager.newest

    def _answer(self, address: str, pager: _Pager, window: Window) -> Answer:
        return self._size.answer(
            lambda slow_attempts: self._request(address, pager, window, slow_attempts=slow_attempts),
            may_change=pager.can_resize and self._options.requests_size,
        )

    def _request(self, address: str, pager: _Pager, window: Window, *, slow_attempts: int) -> Answer:
        options = self._options
        if options.method == "GET":
            return self._http.get(address, pager.params, slow_attempts=slow_attempts)
        cursor = pager.cursor if isinstance(pager, CursorPager) else ""
        page = pager.place if isinstance(pager, NumberPager) else None
        body = fill(options.body or {}, self._values(window, cursor=cursor, page=page))
        return self._http.get(address, pager.params, body=body or {}, slow_attempts=slow_attempts)

    def _values(self, window: Window, *, cursor: str = "", page: int | None = None) -> RequestValues:
        since = None if cursor and self._options.cursor_alone else window.since
        return RequestValues(since=since, cursor=cursor, page=page, size=self._size.value)

    def _params(self, window: Window, cursor: str = "") -> dict[str, str | int]:
        """The query parameters of every page, and with a cursor, that of one."""
        options = self._options
        params: dict[str, str | int] = fill(options.params, self._values(window, cursor=cursor)) or {}
        if options.size_param:
            params[options.size_param] = self._size.value
        since = self._values(window, cursor=cursor).since
        if since is not None and options.since_param:
            params[options.since_param] = write_moment(since, options.since_format)
        if cursor and options.cursor_param:
            params[options.cursor_param] = cursor
        return params

    def _pager(self, window: Window) -> _Pager:
        options, host, start = self._options, self._http.host, window.start
        path = fill_path(options.path, self._values(window)) or options.path
        if options.paging == "cursor":
            return CursorPager(
                path,
                params_with=lambda cursor: self._params(window, cursor),
                find_cursor=self._cursor,
                is_last=lambda result: self._has_ended(result.answer),
                host=host,
                start=start,
            )
        if options.paging == "next":
            return LinkPager(
                path, params=lambda: self._params(window), find_next=self._next_address, host=host, start=start
            )
        by_offset = options.paging == "offset"
        return NumberPager(
            path,
            params=lambda: self._params(window),
            name=options.offset_param if by_offset else options.page_param,
            first=0 if by_offset else options.first_page,
            by_offset=by_offset,
            trusts_total=self._total_was_right,
            step=(lambda: self._size.value) if options.steps_by_size else None,
            start=start,
        )

    def _cursor(self, result: PageResult) -> str:
        """The cursor in the response; empty if it has none."""
        path = self._options.cursor
        if path.startswith(_IN_HEADER):
            return str(result.answer.headers.get(path.removeprefix(_IN_HEADER), ""))
        if path.startswith(_OF_LAST_RECORD):
            return self._value_of_last(result, path.removeprefix(_OF_LAST_RECORD))
        found = look_up(result.answer.payload, path)
        text = as_text(found)
        if found not in (None, "", False) and text is None and not self._has_ended(result.answer):
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self._http.host} returned no cursor of the next page at “{path}”.",
            )
        return "" if text is None or found is False else text

    def _value_of_last(self, result: PageResult, path: str) -> str:
        """Raises `SourceError` if a full page has nothing but this value, so that the next one would be the same."""
        value = as_text(look_up(result.last, path)) or ""
        if 1 < self._size.value <= result.records and value == as_text(look_up(result.first, path)):
            raise SourceError(
                "unexpected_answer",
                f"{format_count(result.records, 'ticket')} of the helpdesk at {self._http.host} have the same “{path}”, so "
                "those after them cannot be requested. Use a larger page size.",
            )
        return value

    def _has_ended(self, answer: Answer) -> bool:
        for path, value in self._options.stop_when.items():
            found = look_up(answer.payload, path)
            if (found in (None, "", [], {})) if value == _NO_VALUE else matches(found, value):
                return True
        return False

    def _check_key(self) -> None:
        if self._options.check_path and not self._is_key_checked:
            self._http.get(self._options.check_path)
            self._is_key_checked = True

    def _ends_window(self, window: Window, pager: NumberPager) -> bool:
        """Whether to go on with another window: after each page of a list in order of change, and at the ceiling."""
        if self._options.in_change_order and window.may_be_followed:
            return True
        ceiling = self._options.page_ceiling
        return bool(ceiling) and pager.is_past(ceiling, size=self._size.value)

    def _all_before(self, moment: datetime, records: list[Any]) -> bool:
        stamps = [self._stamp_and_id(each)[0] for each in records]
        return all(stamp is not None and stamp < moment for stamp in stamps)

    def _stamp_and_id(self, record: Any) -> tuple[datetime | None, str]:
        """When the record changed by the clock of the list, and its id."""
        path = self._options.changed_at or next(iter(self._options.paths_of("updated_at")), "")
        stamp = self._mapper.moment_at(record, path) if path else None
        return stamp, as_text(self._mapper.id_of(record)) or ""

    def _is_beyond_the_end(self, error: SourceError, pager: _Pager, window: Window) -> bool:
        """Whether this error is the helpdesk's way to end its list."""
        if error.status not in BEYOND_THE_END or pager.announces_more or isinstance(pager, CursorPager):
            return False
        if isinstance(pager, LinkPager):
            return True
        if error.status != 404 and pager.seen and pager.seen % _ROUND == 0:
            return False
        try:
            answer = self._http.get(self._options.path, pager.params_after(), body=self._body_after(window, pager))
        except SourceError as second:
            return second.status in BEYOND_THE_END
        return not self._records(answer, is_first=False)  # else only one page was missing

    def _body_after(self, window: Window, pager: NumberPager) -> Any:
        if self._options.method == "GET":
            return None
        return fill(self._options.body or {}, self._values(window, page=pager.place + 1)) or {}

    def _check_repetition(self, records: list[Any], repeats: Repeats, pager: _Pager, window: Window) -> None:
        """Raise `SourceError` if the helpdesk ignores the page number and always returns the same page."""
        has_ids = any(self._mapper.id_of(each) is not None for each in records)
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
        if params is None or len(records) < 2 or self._options.method != "GET":
            return False
        later = self._records(self._http.get(self._options.path, params), is_first=False)
        return self._names(later)[:1] == self._names(records)[1:2]

    def _names(self, records: list[Any]) -> list[str]:
        return names_of(records, [self._mapper.id_of(each) for each in records])

    def _page(self, records: list[Any], position: Position, *, total: int | None, seen: int | None) -> Page:
        total_pages = None
        if total is not None and records:
            left = (
                max(total - seen, 0) if seen is not None else max(total - (position.pages_before + 1) * len(records), 0)
            )
            total_pages = position.pages_before + 1 + -(-left // len(records))
        return Page(
            MappedRecords(records, self.record),
            position,
            total_pages=total_pages,
            total_count=total,
            deleted_ids=self._deleted_among(records),
        )

    def _deleted_among(self, records: list[Any]) -> tuple[str, ...]:
        if not self._options.deleted_when:
            return ()
        ids = (as_text(self._mapper.id_of(each)) for each in records if self._mapper.sort(each) == "deleted")
        return tuple(each for each in ids if each)

    def record(self, raw: Any) -> SourceRecord:
        fields = self._mapper.fields_of(raw)
        if self._options.first_seen and fields is not None and not fields.get("created_at"):
            fields = {**fields, "created_at": clock.now().isoformat(), "is_first_seen": True}
        events, missing = self._events.of(raw) if self._events else (None, 0)
        return SourceRecord(
            fields,
            raw,
            is_skipped=self._mapper.sort(raw) != "ticket",
            messages=self._messages.of(raw) if self._messages else None,
            events=events,
            events_missing=missing,
        )

    @property
    def requests_messages(self) -> bool:
        return self._messages is not None and self._messages.are_requested

    @property
    def message_days(self) -> int:
        return self._options.conversation.days if self._options.conversation else 0

    def with_messages(self, record: SourceRecord) -> SourceRecord:
        ticket_id = as_text(self._mapper.id_of(record.raw))
        if self._messages is None or not isinstance(record.raw, dict) or not ticket_id:
            return record
        raw = self._messages.request(self._http, record.raw, ticket_id)
        return self.record(self._events.complete(self._http, [raw])[0] if self._events else raw)

    @property
    def can_be_asked(self) -> bool:
        return bool(self._options.ticket_path)

    def exists(self, ticket_id: str) -> bool | None:
        path = fill_path(self._options.ticket_path, RequestValues(id=ticket_id)) or ""
        try:
            answer = self._http.get(path)
        except SourceError as error:
            if error.status in _GONE:
                return False
            if error.code == _REFUSED:
                return None  # the key may not see it any more, or there is none
            if error.code in _SAYS_NOTHING:
                return True
            raise
        record = look_up(answer.payload, self._options.ticket_record)
        if not isinstance(record, dict):
            return True
        is_this_one = as_text(self._mapper.id_of(record)) == ticket_id  # one that was merged leads to another
        return is_this_one and self._mapper.sort(record) == "ticket"

    def find_deleted_ids(self) -> list[str]:
        found: list[str] = []
        for each in self._options.deleted:
            wanted = SideList(
                path=each.path,
                records=each.records,
                params=fill(each.params, RequestValues(since=self._asked_since)) or {},
                next=each.next,
                page_param=each.page_param,
            )
            ids = (as_text(look_up(row, each.id)) for row in read_list(self._http, wanted))
            found += [id_ for id_ in ids if id_]
        return found

    def close(self) -> None:
        self._http.close()

    def _records(self, answer: Answer, *, is_first: bool = True) -> list[Any]:
        """The list in the response. After the first page, a missing list means the end.

        Raises `SourceError` if there is no list, or if the response reports an error.
        """
        path = self._options.records
        records = look_up(answer.payload, path)
        if records and isinstance(records, list):
            columns = self._options.columns
            return as_objects(records, look_up(answer.payload, columns)) if columns else records
        raise_reported(answer, self._http, self._options.answers)
        may_lack_it = not is_first or answer.payload is None or not path or self._options.lacks_empty_list
        if not records and (may_lack_it or has_path(answer.payload, path)):
            return []
        where = f"at “{self._options.records}”" if self._options.records else "in its response"
        raise SourceError(
            "unexpected_answer", f"The helpdesk at {self._http.host} returned no list of tickets {where}."
        )

    def _total(self, answer: Answer) -> int | None:
        path = self._options.total
        if path.startswith(_IN_HEADER):
            return read_total(answer.headers.get(path.removeprefix(_IN_HEADER)))
        return read_total(look_up(answer.payload, path)) if path else None

    def _next_address(self, answer: Answer) -> str | None:
        return None if self._has_ended(answer) else next_address(self._http, answer, self._options.next)


def _seen_with(pager: _Pager, records: list[Any]) -> int | None:
    return None if pager.seen is None else pager.seen + len(records)
