"""Settings of a table that records refer to by an id. Pure."""

from pydantic import BaseModel, ConfigDict, Field


class LookupOptions(BaseModel):
    """A table that records refer to, such as agents: in each response (`records` only), or read once a run (`path`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field("", description="Path of the list below the base URL; empty if each response has it.")
    records: str = Field("", description="Path to the list, or to an object by id, in the response.")
    id: str = Field("id", description="Path to the id of a row.")
    by: str = Field(description="Path in the ticket's record to that id.")
    next: str = Field("", description="Path to the URL of the next page, or header:Link; empty if there is one page.")
    params: dict[str, str] = Field(default_factory=dict, description="Query parameters sent with every request.")
    needed: bool = Field(True, description="Whether a sync fails if the key may not read it; false leaves it unknown.")
