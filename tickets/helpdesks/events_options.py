"""Settings of a ticket's events: where the helpdesk tells who changed what, and how to read it. Pure."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tickets.helpdesks.mapping.field_rule import FieldRule, as_rule
from tickets.records.told_events import ToldField


class ValueTable(BaseModel):
    """A list that gives the values behind the ids in events, such as all statuses. It is read once a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="Path of the list below the base URL.")
    records: str = Field("", description="Path to the list in the response.")
    id: str = Field("id", description="Path to the id of a row.")
    value: FieldRule = Field(description="The value of a row; for a status the first of several that is known.")
    params: dict[str, str] = Field(default_factory=dict, description="Query parameters sent with every request.")
    next: str = Field("", description="Path to the URL of the next page, or header:Link; empty if there is one page.")
    needed: bool = Field(False, description="Whether a sync fails if the key may not read it.")

    @field_validator("value", mode="before")
    @classmethod
    def _rule(cls, value: Any) -> Any:
        return as_rule(value)


class EventsOptions(BaseModel):
    """Events of a ticket: in its own record, or in the list of its messages.

    An event has one change, or a list of them at `changes`. Changes of other fields than those in `fields` are skipped.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    records: str = Field("", description="Path to the list of events in the ticket's record.")
    among_messages: bool = Field(False, description="The events are in the list of the ticket's messages.")
    total: str = Field("", description="Path in the ticket's record to how many events there are, if it lists fewer.")
    id: str = "id"
    created_at: FieldRule = Field(default_factory=lambda: as_rule("created_at"))
    author: FieldRule | None = Field(None, description="Who made the changes.")
    changes: str = Field("", description="Path to the list of changes in an event; empty if the event is one change.")
    field: str = Field("field", description="Path in a change to the name of the field.")
    fields: dict[ToldField, str] = Field(
        description="Ticket field to that name, or to several separated by |; status is required."
    )
    old: FieldRule | None = Field(None, description="The value before, in a change.")
    new: FieldRule | None = Field(None, description="The value after.")
    old_id: str = Field("", description="Path in a change to the id of the value before, for the tables.")
    new_id: str = Field("", description="Path to the id of the value after.")
    tables: dict[ToldField, ValueTable] = Field(
        default_factory=dict,
        description="What ids stand for; a value that is not in its table stays as the event has it.",
    )

    @field_validator("created_at", "author", "old", "new", mode="before")
    @classmethod
    def _rule(cls, value: Any) -> Any:
        return None if value is None else as_rule(value)

    @model_validator(mode="after")
    def _complete(self) -> "EventsOptions":
        if "status" not in self.fields:
            raise ValueError("fields must name status")
        if self.among_messages == bool(self.records):
            raise ValueError("needs records or among_messages")
        if self.new is None and not (self.new_id and self.tables):
            raise ValueError("needs new, or new_id and tables")
        return self
