"""The settings of a configurable source, checked before they are stored.

`RestOptions` describes a helpdesk that lists tickets as JSON; `PRESETS` holds the settings of
helpdesks we know, so that connecting one takes an address and a key.
"""

import re
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tenants.audit.secret_names import find_secret_settings
from tickets.helpdesks.list_windows import narrowing_parameter
from tickets.records.dates import EPOCH, EPOCH_MS

TICKET_FIELDS = (
    "id", "tenant_id", "source", "customer_id", "subject", "message", "status", "created_at", "updated_at",
    "resolved_at",
)  # fmt: skip


def check_date_format(value: str) -> str:
    """A date format that says a whole day: strptime's, `epoch` or `epoch_ms`. Raises `ValueError` with a sentence."""
    if value in ("", EPOCH, EPOCH_MS):
        return value
    if "%Z" in value:
        raise ValueError("%Z cannot be read reliably. Leave dates in UTC to us, or use %z (+0100) or a timezone")
    leap_day = datetime(2004, 2, 29, 13, 14, 15, tzinfo=UTC)
    try:
        read = datetime.strptime(leap_day.strftime(value), value).date()  # noqa: DTZ007  only the day is looked at
    except (ValueError, re.error):
        read = None
    if read != leap_day.date():
        raise ValueError(f"“{value}” is no format of a whole date. Examples: %d.%m.%Y %H:%M, epoch, epoch_ms")
    return value


class RestOptions(BaseModel):
    """How to read tickets from a JSON list. Paths into records are dotted: `author.name`, `items.0.id`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="Where the list is, below the address: /issues.json")
    records: str = Field("", description="Path to the list in the answer; empty where the answer is the list.")
    paging: Literal["offset", "page", "next"] = "page"
    page_param: str = "page"
    first_page: int = 1
    offset_param: str = "offset"
    size_param: str = Field("per_page", description="Parameter that asks for the page's size; empty: none is sent.")
    next: str = Field("", description="With paging=next: path to the next address in the answer, or header:Link.")
    total: str = Field("", description="Path to the number of all tickets, where the answer tells it.")
    params: dict[str, str] = Field(default_factory=dict, description="Sent with every request.")
    fields: dict[str, str] = Field(description="Our field to the path in a record; id and created_at are needed.")
    defaults: dict[str, str] = Field(default_factory=dict, description="Values for fields the records do not have.")
    status_map: dict[str, str] = Field(
        default_factory=dict, description="Their status to ours; case, blanks, - and _ do not matter."
    )
    timezone: str = Field("UTC", description="The zone of times that name none: Europe/Berlin.")
    date_format: str = Field("", description="As for strptime (%d/%m/%Y %H:%M), or epoch or epoch_ms; ISO needs none.")
    skip_where: dict[str, str] = Field(
        default_factory=dict, description="Leave out records by a path and its value; * is any value that is set."
    )
    since_param: str = Field("", description="Parameter that asks for what changed since; empty: there is none.")
    since_format: str = Field("%Y-%m-%dT%H:%M:%SZ", description="Its value, as strftime in UTC; may carry an operator.")
    check_path: str = Field("", description="A call that refuses a wrong key, for helpdesks whose list does not.")
    absent: Literal["deleted", "unknown"] | None = Field(
        None,
        description="What a ticket is that the list lacks: deleted, or unknown where the list is only a part of all. "
        "Not said: unknown where a parameter narrows the list by time or state, else deleted.",
    )

    @field_validator("path", "check_path")
    @classmethod
    def _begins_with_slash(cls, value: str) -> str:
        if value and (not value.startswith("/") or value.startswith("//")):
            raise ValueError("begins with one slash")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"there is no zone “{value}”. Examples: Europe/Berlin, UTC")
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
            raise ValueError(f"fields needs {' and '.join(missing)}")
        if self.paging == "next" and not self.next:
            raise ValueError("paging=next needs next")
        return self

    @property
    def deletes_absent(self) -> bool:
        """Whether a ticket that a whole read lacks is deleted in the helpdesk."""
        return (self.absent or ("unknown" if self._narrowed_by else "deleted")) == "deleted"

    @property
    def about_absent(self) -> str:
        """A sentence that says at set-up what becomes of tickets that leave the list."""
        if self.deletes_absent:
            return "A ticket that is missing from the list counts as deleted in the helpdesk (absent=deleted)."
        why = f", because “{self._narrowed_by}” may leave some out" if self.absent is None else ""
        return f"A ticket that is missing from the list is kept{why} (absent=unknown)."

    @property
    def _narrowed_by(self) -> str | None:
        return narrowing_parameter(self.path, self.params)


PRESETS: dict[str, dict[str, Any]] = {
    "redmine": {
        "path": "/issues.json",
        "records": "issues",
        "paging": "offset",
        "size_param": "limit",
        "total": "total_count",
        # The default list hides closed issues; in the order of ids none moves between two pages.
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
        # A wrong key gets 200 and an empty list; this call says 401.
        "check_path": "/users/current.json",
    },
    # `tickets.helpdesks.rt` does the paging, asks for changes and adds each ticket's text as Content.
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
    """The options with the kind's preset beneath them; raises `ValueError` that names the setting."""
    try:
        return RestOptions.model_validate({**PRESETS.get(kind, {}), **options})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{place}: {message}" if place else message) from None


def check_options(kind: str, options: Any) -> None:
    """Raise `ValueError` unless the options suit the kind."""
    if not isinstance(options, dict):
        raise ValueError("The options must be a JSON object.")
    if kind == "house":
        if options:
            raise ValueError("The house protocol has no options.")
        return
    rest_options(kind, options)


def refuse_secrets(options: Any) -> None:
    """Raise `ValueError` where the options hold what looks like a secret: they are stored in the open."""
    places = list(find_secret_settings(options))
    if places:
        raise ValueError(
            f"{', '.join(places)} looks like a key or password, and settings are stored in the open. Take it out, choose "
            "the log-in “Key in the address” with the name of the parameter, and enter the key as its secret."
        )
