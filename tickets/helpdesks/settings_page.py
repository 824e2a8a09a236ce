"""The documentation page of all connector settings, made from their models. Pure."""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from tickets.helpdesks.conversation_options import ConversationOptions
from tickets.helpdesks.detail_options import DetailOptions
from tickets.helpdesks.events_options import EventsOptions, ValueTable
from tickets.helpdesks.lookup_options import LookupOptions
from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.helpdesks.options import AnswerRule, DeletedOptions, RestOptions

_SECTIONS: Final[tuple[tuple[str, type[BaseModel]], ...]] = (
    ("Settings", RestOptions),
    ("A field: an entry of `fields`", FieldRule),
    ("A table that records refer to: an entry of `lookups` or `conversation.lookups`", LookupOptions),
    ("The records of a list that has only their ids: `details`", DetailOptions),
    ("The conversation: `conversation`", ConversationOptions),
    ("The history that the helpdesk reports: `events`", EventsOptions),
    ("What ids in it stand for: an entry of `events.tables`", ValueTable),
    ("A list of deleted tickets: an entry of `deleted`", DeletedOptions),
    ("A response that means something else: an entry of `answers`", AnswerRule),
)

_INTRODUCTION: Final = """# All connector settings

`manage.py preset_pages` writes this page from `tickets/helpdesks/options.py`. [Any JSON API](../sources.md#any-json-api)
explains the usual ones with an example.

**Paths** into records are dotted: `author.name`, `items.0.id`. `threads[type=customer].body` is the body of the first
thread whose type is customer, and `tags[].name` the names of all tags. `@NAME.email` reads the row of a table in `lookups`.

**Placeholders** in `path`, `params` and `body`: `{since}`, `{since:epoch}`, `{since:epoch_ms}`, `{since:%Y-%m-%d %H:%M}`,
`{cursor}`, `{page}` and `{size}`; `{id}` in the paths of one ticket and in `details`. What has no value is left out."""


def settings_page() -> str:
    """Markdown: a table for each model."""
    sections = [f"## {title}\n\n{_table(model)}" for title, model in _SECTIONS]
    return "\n\n".join((_INTRODUCTION, *sections)) + "\n"


def _table(model: type[BaseModel]) -> str:
    rows = [_row(name, each) for name, each in model.model_fields.items()]
    return "\n".join(("| setting | default | meaning |", "|---|---|---|", *rows))


def _row(name: str, field: FieldInfo) -> str:
    description = (field.description or "").replace("|", "\\|")
    return f"| `{name}` | {_default(field)} | {description} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.default
    if value is PydanticUndefined or value in (None, "", ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
