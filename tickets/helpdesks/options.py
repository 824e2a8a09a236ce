"""Connector settings, validated before they are stored.

`RestOptions` describes a helpdesk that lists tickets as JSON. `PRESETS` holds the settings of known helpdesks, so
connecting one takes only a URL and a key.
"""

import re
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tenants.audit.secret_names import find_secret_settings
from tickets.helpdesks.list_windows import filtering_parameter
from tickets.records.dates import EPOCH, EPOCH_MS

TICKET_FIELDS = (
    "id", "tenant_id", "source", "customer_id", "subject", "message", "status", "created_at", "updated_at",
    "resolved_at",
)  # fmt: skip


def check_date_format(value: str) -> str:
    """The format if it gives a complete date: strptime's, `epoch` or `epoch_ms`. Raises `ValueError` with a sentence."""
    if value in ("", EPOCH, EPOCH_MS):
        return value
    if "%Z" in value:
        raise ValueError("%Z cannot be parsed reliably. Use %z (+0100) or the timezone setting")
    leap_day = datetime(2004, 2, 29, 13, 14, 15, tzinfo=UTC)
    try:
        read = datetime.strptime(leap_day.strftime(value), value).date()  # noqa: DTZ007  only the day counts
    except (ValueError, re.error):
        read = None
    if read != leap_day.date():
        raise ValueError(f"“{value}” is not a format for a complete date. Examples: %d.%m.%Y %H:%M, epoch, epoch_ms")
    return value


class RestOptions(BaseModel):
    """How to read tickets from a JSON list. Paths into records are dotted, such as `author.name` or `items.0.id`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="Path of the list below the base URL: /issues.json")
    records: str = Field("", description="Path to the list in the response; empty if the response is the list.")
    paging: Literal["offset", "page", "next"] = "page"
    page_param: str = "page"
    first_page: int = 1
    offset_param: str = "offset"
    size_param: str = Field("per_page", description="Query parameter for the page size; empty sends none.")
    next: str = Field("", description="With paging=next: path to the next URL in the response, or header:Link.")
    total: str = Field("", description="Path to the total number of tickets, if the response has it.")
    params: dict[str, str] = Field(default_factory=dict, description="Query parameters sent with every request.")
    fields: dict[str, str] = Field(description="Ticket field to its path in a record; id and created_at are required.")
    defaults: dict[str, str] = Field(default_factory=dict, description="Values for fields that records lack.")
    status_map: dict[str, str] = Field(
        default_factory=dict, description="Helpdesk status to ticket status; case, spaces, - and _ are ignored."
    )
    timezone: str = Field("UTC", description="Time zone of dates without one: Europe/Berlin.")
    date_format: str = Field(
        "", description="As for strptime (%d/%m/%Y %H:%M), epoch or epoch_ms; not needed for ISO dates."
    )
    skip_where: dict[str, str] = Field(
        default_factory=dict, description="Skip records by path and value; * matches any value."
    )
    since_param: str = Field("", description="Query parameter for changes since a time; empty if there is none.")
    since_format: str = Field(
        "%Y-%m-%dT%H:%M:%SZ", description="Format of that time, as for strftime in UTC; may include an operator."
    )
    check_path: str = Field("", description="A path that rejects a wrong key, for helpdesks whose list does not.")
    absent: Literal["deleted", "unknown"] | None = Field(
        None,
        description="How to treat tickets missing from the list: deleted, or unknown if the list is incomplete. "
        "Default: unknown if a parameter filters by time or status, otherwise deleted.",
    )

    @field_validator("path", "check_path")
    @classmethod
    def _begins_with_slash(cls, value: str) -> str:
        if value and (not value.startswith("/") or value.startswith("//")):
            raise ValueError("must start with a single slash")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown time zone “{value}”. Examples: Europe/Berlin, UTC")
        return value

    @field_validator("date_format")
    @classmethod
    def _whole_date(cls, value: str) -> str:
        return check_date_format(value)

    @field_validator("fields", "defaults")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(value) - set(TICKET_FIELDS))
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)} (known: {', '.join(TICKET_FIELDS)})")
        return value

    @model_validator(mode="after")
    def _complete(self) -> "RestOptions":
        missing = [name for name in ("id", "created_at") if name not in self.fields]
        if missing:
            raise ValueError(f"fields must map {' and '.join(missing)}")
        if self.paging == "next" and not self.next:
            raise ValueError("paging=next requires next")
        return self

    @property
    def deletes_absent(self) -> bool:
        """Whether a ticket missing from a full sync counts as deleted in the helpdesk."""
        return (self.absent or ("unknown" if self._filtered_by else "deleted")) == "deleted"

    @property
    def about_absent(self) -> str:
        """What happens to tickets missing from the list, as a sentence for setup."""
        if self.deletes_absent:
            return "Tickets missing from the list count as deleted in the helpdesk (absent=deleted)."
        why = f", because “{self._filtered_by}” may filter them out" if self.absent is None else ""
        return f"Tickets missing from the list are kept{why} (absent=unknown)."

    @property
    def _filtered_by(self) -> str | None:
        return filtering_parameter(self.path, self.params)


PRESETS: dict[str, dict[str, Any]] = {
    "redmine": {
        "path": "/issues.json",
        "records": "issues",
        "paging": "offset",
        "size_param": "limit",
        "total": "total_count",
        # The default list hides closed issues. Sorted by id, no issue moves between two pages.
        "params": {"status_id": "*", "sort": "id"},
        "fields": {
            "id": "id",
            "subject": "subject",
            "message": "description",
            "customer_id": "author.name",
            "status": "status.name",
            "created_at": "created_on",
            "updated_at": "updated_on",
            "resolved_at": "closed_on",
        },
        "defaults": {"source": "redmine"},
        "status_map": {
            "New": "open",
            "In Progress": "in_progress",
            "Feedback": "pending",
            "Resolved": "resolved",
            "Closed": "closed",
            "Rejected": "closed",
        },
        "since_param": "updated_on",
        "since_format": ">=%Y-%m-%dT%H:%M:%SZ",
        # With a wrong key the list is empty with status 200; this path returns 401.
        "check_path": "/users/current.json",
    },
    # `tickets.helpdesks.rt` handles paging and changes, and adds each ticket's text as Content.
    "rt": {
        "path": "/REST/2.0/tickets",
        "records": "items",
        "total": "total",
        "fields": {
            "id": "id",
            "subject": "Subject",
            "message": "Content",
            "customer_id": "Requestor.0.id",
            "status": "Status",
            "created_at": "Created",
            "updated_at": "LastUpdated",
            "resolved_at": "Resolved",
        },
        "defaults": {"source": "rt"},
        "status_map": {
            "new": "open",
            "open": "in_progress",
            "stalled": "pending",
            "resolved": "resolved",
            "rejected": "closed",
        },
    },
}


def rest_options(kind: str, options: dict[str, Any]) -> RestOptions:
    """The kind's preset overridden by `options`; raises `ValueError` that names the setting."""
    try:
        return RestOptions.model_validate({**PRESETS.get(kind, {}), **options})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{place}: {message}" if place else message) from None


def check_options(kind: str, options: Any) -> None:
    """Raise `ValueError` unless the options fit the kind."""
    if not isinstance(options, dict):
        raise ValueError("Connector settings must be a JSON object.")
    if kind == "house":
        if options:
            raise ValueError("The native protocol has no connector settings.")
        return
    rest_options(kind, options)


def reject_secrets(options: Any) -> None:
    """Raise `ValueError` if the options hold what looks like a secret: they are stored unencrypted."""
    places = list(find_secret_settings(options))
    if places:
        raise ValueError(
            f"{', '.join(places)} looks like a key or password, but settings are stored unencrypted. Remove it, choose "
            "the authentication “API key in the URL” with the name of the parameter, and enter the key there."
        )
