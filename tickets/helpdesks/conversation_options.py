"""Settings of a ticket's conversation: where its messages are, and who wrote them. Pure."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tickets.helpdesks.lookup_options import LookupOptions
from tickets.helpdesks.mapping.field_rule import FieldRule, as_rule


class ConversationOptions(BaseModel):
    """Messages of a ticket: in the ticket's own record, or at a path of their own that is read for new and changed ones.

    A message is the customer's if `customer_when` applies, or if `same_as` names two paths (in the message, in the
    ticket's record) with the same value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field("", description="Path of a ticket's messages, with {id}; empty if they are in its record.")
    by: str = Field("", description="Path in the ticket's record to what {id} stands for; empty is the ticket's id.")
    needed: bool = Field(
        True, description="Whether a sync fails if the key may not read them; false leaves them unknown."
    )
    records: str = Field("", description="Path to the list of messages in the response or record.")
    params: dict[str, str] = Field(default_factory=dict, description="Query parameters sent with every request.")
    next: str = Field("", description="Path to the URL of the next page, or header:Link; empty if there is one page.")
    cursor: str = Field("", description="Path to the cursor of the next page, if it is not a URL.")
    cursor_param: str = Field("cursor", description="Query parameter for that cursor.")
    lookups: dict[str, LookupOptions] = Field(
        default_factory=dict, description="Tables that messages refer to, such as their authors in the same response."
    )
    id: str = "id"
    body: FieldRule = Field(description="The text of a message.")
    author: FieldRule | None = Field(None, description="Who wrote it.")
    created_at: FieldRule = Field(default_factory=lambda: as_rule("created_at"))
    internal_when: dict[str, str] = Field(
        default_factory=dict, description="It is an internal note if a path has this value; * is any value."
    )
    customer_when: dict[str, str] = Field(
        default_factory=dict, description="The customer wrote it if a path has one of these values, separated by |."
    )
    same_as: dict[str, str] = Field(
        default_factory=dict,
        description="The customer wrote it if this path has the value of that one in the ticket, or of one of several "
        "separated by |.",
    )
    days: int = Field(
        90,
        ge=0,
        le=36_500,
        description="Messages at a path of their own are requested for tickets that changed in this number of days; "
        "0 is all tickets.",
    )
    skip_where: dict[str, str] = Field(default_factory=dict, description="Leaves messages out, such as system events.")

    @field_validator("body", "author", "created_at", mode="before")
    @classmethod
    def _rule(cls, value: Any) -> Any:
        return None if value is None else as_rule(value)
