"""Connector settings, validated before they are stored.

`RestOptions` describes a helpdesk that lists tickets as JSON. The presets (`tickets.helpdesks.presets`) fill it in for
known helpdesks, so connecting one takes only a few variables and a key.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tenants.audit.secret_names import find_secret_settings
from tickets.helpdesks import placeholders, presets
from tickets.helpdesks.conversation_options import ConversationOptions
from tickets.helpdesks.detail_options import DetailOptions
from tickets.helpdesks.events_options import EventsOptions
from tickets.helpdesks.list_windows import filtering_parameter
from tickets.helpdesks.lookup_options import LookupOptions
from tickets.helpdesks.mapping.field_rule import FieldRule, as_rule
from tickets.helpdesks.request_headers import check_header
from tickets.records.dates import EPOCH, EPOCH_MS, ISO_ONLY

TICKET_FIELDS = (
    "id", "tenant_id", "source", "customer_id", "subject", "message", "status", "created_at", "updated_at",
    "resolved_at", "assignee", "team", "priority", "type", "tags", "organisation", "customer_name", "url",
    "first_reply_at", "due_at", "replies", "rating", "language",
)  # fmt: skip

EXTRA: Final = "extra."
"""What the names of the tenant's own fields begin with."""
_BUDGET: Final = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,4})")


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


class DeletedOptions(BaseModel):
    """A list of deleted tickets, read after the tickets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    records: str = ""
    id: str = "id"
    params: dict[str, str] = Field(
        default_factory=dict, description="Query parameters sent with every request; {since} is the last sync."
    )
    page_param: str = Field("", description="Query parameter of the page number; empty if there is none.")
    next: str = Field("", description="Path to the URL of the next page, or header:Link.")


class AnswerRule(BaseModel):
    """What a response that looks like an error means: `wait` for the rate limit, try again, or the `end` of the list.

    With status 200, which reports an error: that the key is `refused`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int
    contains: str = Field("", description="Text in the response; empty is any.")
    means: Literal["wait", "retry", "end", "refused"]

    @model_validator(mode="after")
    def _has_its_status(self) -> "AnswerRule":
        if (self.means == "refused") != (self.status == 200):
            raise ValueError("means=refused belongs to status 200, and only that")
        return self


class RestOptions(BaseModel):
    """How to read tickets from a JSON list. Paths into records are those of `tickets.helpdesks.field_paths`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="Path of the list below the base URL: /issues.json")
    method: Literal["GET", "POST"] = "GET"
    body: dict[str, Any] | None = Field(None, description="The JSON body of a POST, with placeholders.")
    headers: dict[str, str] = Field(default_factory=dict, description="Further headers of every request.")
    records: str = Field("", description="Path to the list in the response; empty if the response is the list.")
    lacks_empty_list: bool = Field(False, description="The response has no list at all if there are no tickets.")
    columns: str = Field("", description="Path to the column names in the response, if its rows are lists.")
    paging: Literal["offset", "page", "next", "cursor"] = "page"
    page_param: str = "page"
    first_page: int = 1
    offset_param: str = "offset"
    steps_by_size: bool = Field(
        False,
        description="With paging=offset and total: what the key may not see is left out of the pages, which may be short "
        "or empty before the end.",
    )
    size_param: str = Field("per_page", description="Query parameter for the page size; empty sends none.")
    largest_page: int = Field(1_000, ge=1, le=1_000, description="The helpdesk's largest page size.")
    next: str = Field("", description="With paging=next: path to the next URL in the response, or header:Link.")
    next_hosts: tuple[str, ...] = Field(
        (), description="Further hosts that next links may lead to: *.api.example.com. The credential is sent there."
    )
    cursor: str = Field(
        "",
        description="With paging=cursor: path to the cursor in the response, header:NAME, or last:PATH in its last "
        "record, by which the list is sorted and filtered.",
    )
    cursor_param: str = Field("", description="Query parameter for the cursor, unless {cursor} is elsewhere.")
    cursor_alone: bool = Field(False, description="A request with a cursor does not repeat the time of the last sync.")
    cursor_kept: bool = Field(
        False,
        description="With paging=cursor and in_change_order: the last cursor of a sync stays valid, and the next one "
        "begins there. If the helpdesk rejects it, the time of the last sync counts.",
    )
    stop_when: dict[str, str] = Field(
        default_factory=dict, description="The list ends where a path in the response has this value; - is none."
    )
    page_ceiling: int = Field(
        0, ge=0, description="The helpdesk lists no more pages than this; then reading continues from the last change."
    )
    total: str = Field("", description="Path to the total number of tickets, or header:NAME, if the response has it.")
    params: dict[str, str] = Field(
        default_factory=dict, description="Query parameters sent with every request, with placeholders."
    )
    fields: dict[str, FieldRule] = Field(
        description="Ticket field to its path in a record; id and created_at are required. Of several paths the first "
        "with a value counts, and for the status the first whose value is known."
    )
    defaults: dict[str, str] = Field(default_factory=dict, description="Values for fields that records lack.")
    lookups: dict[str, LookupOptions] = Field(
        default_factory=dict, description="Tables that records refer to; paths reach their rows by @NAME."
    )
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
    keep_where: dict[str, str] = Field(
        default_factory=dict, description="Keep only records with these values; * matches any value."
    )
    since_param: str = Field("", description="Query parameter for changes since a time; empty if there is none.")
    since_format: str = Field(
        "%Y-%m-%dT%H:%M:%SZ",
        description="Format of that time, as for strftime in UTC, epoch or epoch_ms; may include an operator.",
    )
    first_since: str = Field("", description="The time a full sync asks for, if the list needs one (ISO 8601).")
    overlap_minutes: int = Field(
        0, ge=0, le=10_080, description="How much earlier than the last sync changes are requested."
    )
    newest_first: bool = Field(
        False, description="The list is in order of change, the newest first; reading stops at the last sync."
    )
    in_change_order: bool = Field(
        False,
        description="The list is in order of change, the oldest first, so that a ticket that changes during a sync comes "
        "again at its end. Pages by number are then replaced by requests for what changed since the last ticket.",
    )
    changed_at: str = Field(
        "", description="Path to the time by which the list finds changes, if that is not updated_at."
    )
    check_path: str = Field("", description="A path that rejects a wrong key, for helpdesks whose list does not.")
    absent: Literal["deleted", "unknown"] | None = Field(
        None,
        description="How to treat tickets missing from the list: deleted, or unknown if the list is incomplete. "
        "Default: unknown if a parameter filters by time or status, otherwise deleted.",
    )
    first_seen: bool = Field(
        False, description="The list does not say when a ticket was created: it counts from when it was first seen."
    )
    deleted_when: dict[str, str] = Field(
        default_factory=dict, description="A record with this value stands for a deleted ticket; * matches any value."
    )
    deleted: tuple[DeletedOptions, ...] = Field((), description="Lists of deleted tickets.")
    details: DetailOptions | None = None
    conversation: ConversationOptions | None = None
    events: EventsOptions | None = None
    ticket_path: str = Field("", description="Path of one ticket, with {id}.")
    ticket_record: str = Field("", description="Path to the record in that response; empty if the response is it.")
    budgets: dict[str, str] = Field(
        default_factory=dict,
        description="Requests per seconds (10/60) by the beginning of the path; an empty one is the connection's.",
    )
    answers: tuple[AnswerRule, ...] = Field((), description="Responses that mean something else than usual.")
    header_template: str = Field("", description="The header's value with {secret} in it: Token token={secret}")
    client_id: str = Field("", description="The OAuth 2 client. Its secret is the connection's key.")
    oauth_path: str = Field("/oauth/token", description="Where OAuth 2 tokens are requested, below the base URL.")
    oauth_scope: str = ""
    oauth_style: Literal["form", "json", "basic"] = Field(
        "form", description="How the client identifies itself: in a form, in JSON, or by Basic authentication."
    )
    oauth_grant: Literal["client_credentials", "refresh_token"] = "client_credentials"

    @field_validator("path", "check_path", "oauth_path")
    @classmethod
    def _begins_with_slash(cls, value: str) -> str:
        if value and (not value.startswith("/") or value.startswith("//")):
            raise ValueError("must start with a single slash")
        return value

    @field_validator("headers")
    @classmethod
    def _sendable(cls, value: dict[str, str]) -> dict[str, str]:
        for name, each in value.items():
            check_header(name, each)
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

    @field_validator("fields", mode="before")
    @classmethod
    def _rules(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        flat = {name: rule for name, rule in value.items() if name != "extra"}
        extra = value.get("extra", {})
        if not isinstance(extra, dict):
            raise ValueError("extra must name its fields: fields.extra.NAME")
        flat |= {f"{EXTRA}{name}": rule for name, rule in extra.items()}
        return {name: as_rule(rule) for name, rule in flat.items()}

    @field_validator("fields", "defaults")
    @classmethod
    def _known_fields(cls, value: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(name for name in value if name not in TICKET_FIELDS and not name.startswith(EXTRA))
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)} (known: {', '.join(TICKET_FIELDS)}, {EXTRA}NAME)")
        return value

    @field_validator("budgets")
    @classmethod
    def _budget(cls, value: dict[str, str]) -> dict[str, str]:
        for each in value.values():
            if _BUDGET.fullmatch(each) is None:
                raise ValueError(f"“{each}” is not a number of requests per seconds, such as 10/60")
        return value

    @field_validator("first_since")
    @classmethod
    def _moment(cls, value: str) -> str:
        try:
            ISO_ONLY.read(value)
        except ValueError as error:
            raise ValueError(f"{error}") from None
        return value

    @model_validator(mode="after")
    def _complete(self) -> "RestOptions":
        needed = ("id",) if self.first_seen else ("id", "created_at")
        missing = [name for name in needed if name not in self.fields]
        if missing:
            raise ValueError(f"fields must map {' and '.join(missing)}")
        if self.paging == "next" and not self.next:
            raise ValueError("paging=next requires next")
        if self.paging == "cursor" and not self.cursor:
            raise ValueError("paging=cursor requires cursor")
        if self.paging == "cursor" and not (self.cursor_param or self._requests("cursor", self.params, self.body)):
            raise ValueError("paging=cursor requires cursor_param, or {cursor} in params or body")
        if self.page_ceiling and not (self.filters_by_change and self.paging in ("page", "offset")):
            raise ValueError("page_ceiling requires paging by page or offset, and a request for changes")
        if self.steps_by_size and not (self.paging == "offset" and self.total and self.size_param):
            raise ValueError("steps_by_size requires paging=offset, total and size_param")
        if self.in_change_order and not self.filters_by_change:
            raise ValueError("in_change_order requires a request for changes")
        if self.cursor_kept and not (self.paging == "cursor" and self.in_change_order):
            raise ValueError("cursor_kept requires paging=cursor and in_change_order")
        if self._requests("since", self.path) and not self.first_since:
            raise ValueError("{since} in path requires first_since, for the first sync")
        if self.events is not None and self.events.among_messages and self.conversation is None:
            raise ValueError("events.among_messages requires conversation")
        if self.header_template and "{secret}" not in self.header_template:
            raise ValueError("header_template must contain {secret}")
        return self

    @property
    def filters_by_change(self) -> bool:
        """Whether the helpdesk can be asked for what changed since a time."""
        return bool(self.since_param) or self._requests("since", self.path, self.params, self.body)

    @property
    def requests_size(self) -> bool:
        """Whether requests say how many tickets a page should have."""
        return bool(self.size_param) or self._requests("size", self.path, self.params, self.body)

    def paths_of(self, field: str) -> tuple[str, ...]:
        """The paths that a ticket field is read from."""
        return self.fields[field].paths if field in self.fields else ()

    def _requests(self, name: str, *parts: Any) -> bool:
        """Whether a part of the request has the placeholder."""
        return any(placeholders.names(each, name) for each in parts)

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
        fixed = {name: value for name, value in self.params.items() if "{since" not in value}
        return filtering_parameter(self.path, fixed)


def rest_options(kind: str, options: Mapping[str, Any]) -> RestOptions:
    """The kind's preset with its variables filled in, overridden by `options`; raises `ValueError` that names the setting.

    `options` holds the preset's variables beside the settings.
    """
    preset = presets.find(kind)
    settings = dict(options) if preset is None else preset.settings_with(options)
    try:
        return RestOptions.model_validate(settings)
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
