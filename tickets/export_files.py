"""Exports as answers to a request, for pages and API alike."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from tenants.models import Tenant
from tickets.exporting import CONTENT_TYPES, Format, file_name, write_tickets
from tickets.filters import FilterError, TicketFilter
from tickets.store import TicketStore


def parse_format(value: str) -> Format:
    """Raises `FilterError`."""
    if value == "csv":
        return "csv"
    if value == "jsonl":
        return "jsonl"
    raise FilterError("format", "must be csv or jsonl")


def tickets_file(tenant: Tenant, wanted: TicketFilter, format_: Format) -> StreamingHttpResponse:
    """All tickets of the list, streamed. Raises `FilterError` before the first byte."""
    is_part = bool({name for name, _ in wanted.parameters()} - {"created_from", "created_to"})
    what = "selected-tickets" if is_part else "tickets"
    name = file_name(tenant.slug, what, format_, start=wanted.created_from, end=wanted.created_to, zone=tenant.zone)
    return file_response(write_tickets(format_, TicketStore(tenant).iterate(wanted), zone=tenant.zone), name, format_)


def file_response(pieces: Iterable[bytes], name: str, format_: Format) -> StreamingHttpResponse:
    """What goes wrong under way breaks the transfer off before its end, so half a file never looks like a whole one."""
    response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPES[format_])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def file_description(columns: Sequence[str]) -> dict[str, Any]:
    """How the API's description says what comes."""
    return {
        "description": f"The rows, with the columns {', '.join(columns)}.",
        "content": {kind.split(";")[0]: {"schema": {"type": "string"}} for kind in CONTENT_TYPES.values()},
    }
