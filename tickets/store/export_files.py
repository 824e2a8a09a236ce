"""Exports as responses, for pages and the API."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from supportsaas.reliability.concurrency_limit import ConcurrencyLimit, Slot
from tenants.models import Tenant
from tickets.store.export_rows import CONTENT_TYPES, Format, file_name, write_tickets
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.ticket_store import TicketStore

EXPORTS = ConcurrencyLimit("exports", total=3, each=2)
"""Each export occupies a thread of the web server until its file is downloaded."""


def parse_format(value: str) -> Format:
    """Raises `FilterError`."""
    if value == "csv":
        return "csv"
    if value == "jsonl":
        return "jsonl"
    raise FilterError("format", "must be csv or jsonl")


def tickets_file_in_slot(
    tenant: Tenant, wanted: TicketFilter, format_: Format, *, caller: str
) -> StreamingHttpResponse:
    """`tickets_file` within the limit of concurrent exports, in all and for each `caller`. Also raises `LimitReached`."""
    slot = EXPORTS.take(caller)
    try:
        response = tickets_file(tenant, wanted, format_)
    except BaseException:
        slot.release()
        raise
    response.streaming_content = _WithSlot(iter(response), slot)
    return response


def tickets_file(tenant: Tenant, wanted: TicketFilter, format_: Format) -> StreamingHttpResponse:
    """All tickets of the list, streamed. Raises `FilterError` before the first byte."""
    is_part = bool({name for name, _ in wanted.parameters()} - {"period", "created_from", "created_to"})
    what = "selected-tickets" if is_part else "tickets"
    name = file_name(tenant.slug, what, format_, start=wanted.created_from, end=wanted.created_to, zone=tenant.zone)
    return file_response(
        write_tickets(format_, TicketStore(tenant).queries.iterate(wanted), zone=tenant.zone), name, format_
    )


def selected_file(tenant: Tenant, external_ids: Sequence[str], format_: Format) -> StreamingHttpResponse:
    """The live tickets with these ids, newest first."""
    tickets = TicketStore(tenant).queries.find_selected(external_ids)
    name = file_name(tenant.slug, "selected-tickets", format_, start=None, end=None, zone=tenant.zone)
    return file_response(write_tickets(format_, tickets, zone=tenant.zone), name, format_)


class _WithSlot:
    """The chunks, with a slot that is released after the last one, or if the transfer breaks off."""

    def __init__(self, chunks: Iterator[bytes], slot: Slot) -> None:
        self._chunks = chunks
        self._slot = slot

    def __iter__(self) -> Iterator[bytes]:
        with self._slot:
            yield from self._chunks

    def close(self) -> None:
        self._slot.release()


def file_response(chunks: Iterable[bytes], name: str, format_: Format) -> StreamingHttpResponse:
    """An error on the way breaks the transfer off, so an incomplete file never looks complete."""
    response = StreamingHttpResponse(chunks, content_type=CONTENT_TYPES[format_])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def file_description(columns: Sequence[str]) -> dict[str, Any]:
    """The response in the API's description."""
    return {
        "description": f"The rows, with the columns {', '.join(columns)}.",
        "content": {kind.split(";")[0]: {"schema": {"type": "string"}} for kind in CONTENT_TYPES.values()},
    }
