"""Settings of details: where the records are whose ids, or whose summaries, are in the list. Pure."""

from pydantic import BaseModel, ConfigDict, Field


class DetailOptions(BaseModel):
    """Records of the tickets in a list, requested for many of them at once.

    A record replaces the id in the list that it belongs to, or completes the summary there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="Path of the records; {id} is one ticket's id, or several separated by commas.")
    params: dict[str, str] = Field(
        default_factory=dict, description="Query parameters sent with every request; {id} stands for the same."
    )
    by: str = Field("", description="Path in an entry of the list to the id; empty if the entry is the id.")
    records: str = Field("", description="Path to the records, or to the only one, in the response.")
    id: str = Field("id", description="Path to the id in a record.")
    batch: int = Field(1, ge=1, le=1_000, description="How many records a request asks for.")
