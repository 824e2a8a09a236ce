"""The documentation page of a preset, made from the preset itself. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.helpdesks.options import RestOptions, rest_options
from tickets.helpdesks.presets import PRESETS
from tickets.helpdesks.presets.preset import Preset, Variable

_SECRETS: Final = {"none": "", "oauth2": "--secret-from env:HELPDESK_SECRET"}
_FROM: Final = "--secret-from env:HELPDESK_KEY"


def preset_page(preset: Preset) -> str:
    """Markdown: what to enter, where the key is, what is read and what deletes."""
    options = rest_options(preset.kind, _example_options(preset))
    sections = (
        f"# {preset.label}",
        _made_from(preset),
        _command(preset),
        _variables(preset.variables),
        _key(preset),
        f"## What is read\n\n{preset.reads}",
        _fields(options),
        _conversation(options),
        _events(options),
        _statuses(options.status_map),
        preset.status_help,
        f"## Deleted tickets\n\n{preset.deletes}",
        f"## Requests\n\n{preset.requests}",
        _push(preset),
    )
    return "\n\n".join(each for each in sections if each) + "\n"


def index_page() -> str:
    """Markdown: a table of all presets."""
    rows = [f"| [{each.label}]({each.kind}.md) | `{kind}` | {each.requests} |" for kind, each in PRESETS.items()]
    head = (
        "# Helpdesks\n\nOne page for each preset. `manage.py preset_pages` writes them from the presets, so change those. "
        "[All settings](settings.md) of the connector are on one page.",
        "Other helpdesks are connected as [any JSON API](../sources.md#any-json-api), or their exports are "
        "[imported](../sources.md#import-a-file).",
        "| helpdesk | `--kind` | requests |\n|---|---|---|\n" + "\n".join(rows),
    )
    return "\n\n".join(head) + "\n"


def _made_from(preset: Preset) -> str:
    return f"Made from `tickets/helpdesks/presets/{preset.kind.replace('-', '_')}.py` by `manage.py preset_pages`."


def _example_options(preset: Preset) -> dict[str, str]:
    return {each.name: each.default or each.example for each in preset.variables}


def _command(preset: Preset) -> str:
    parts = [f"manage.py source add acme --kind {preset.kind}"]
    parts += [] if preset.url else [f"--url {preset.url_example}"]
    parts += [f"--option {each.name}={_in_shell(each.example or each.default)}" for each in preset.variables]
    parts += ["--auth-name support@example.com"] if preset.auth_name_label else []
    secret = _SECRETS.get(preset.auth, _FROM)
    parts += [secret] if secret else []
    return "```\n" + " \\\n    ".join(parts) + "\nmanage.py source check acme\n```"


def _in_shell(text: str) -> str:
    return text if text.isascii() and not set(text) & set(" \\,") else f"'{text}'"


def _variables(variables: tuple[Variable, ...]) -> str:
    if not variables:
        return ""
    rows = [f"| `{each.name}` | {each.label} | {_help(each)} |" for each in variables]
    return "\n".join(("| option | | |", "|---|---|---|", *rows))


def _help(variable: Variable) -> str:
    choices = ", ".join(f"`{value}` ({label})" for value, label in variable.choices)
    default = f" Default: `{variable.default}`." if variable.default else ""
    return f"{variable.help}{f' One of {choices}.' if choices else ''}{default}"


def _key(preset: Preset) -> str:
    ends = (
        f" It ends after at most {preset.key_days} days; enter that day, and you are reminded."
        if preset.key_days
        else ""
    )
    name = f"- **{preset.auth_name_label}**: entered as `--auth-name`.\n" if preset.auth_name_label else ""
    return f"## Credential\n\n{name}- **{preset.key_label}**: {preset.key_help}{ends}\n- **Rights**: {preset.rights}"


def _fields(options: RestOptions) -> str:
    rows = [f"| `{name}` | {_rule(rule)} |" for name, rule in options.fields.items()]
    rows += [
        f"| `{name}` | always “{value}” |" for name, value in options.defaults.items() if name not in options.fields
    ]
    return "\n".join(("| field | read from |", "|---|---|", *rows))


def _rule(rule: FieldRule) -> str:
    if rule.value is not None:
        return f"always “{rule.value}”"
    if rule.template:
        return f"`{rule.template}`"
    paths = ", or ".join(f"`{each}`" for each in rule.paths)
    unit = f", as {rule.unit} since the ticket was created" if rule.unit else ""
    return f"{paths}{unit}{_mapped(rule.map)}"


def _mapped(values: Mapping[str, Any]) -> str:
    pairs = ", ".join(f"{theirs} is {ours or 'unknown'}" for theirs, ours in values.items())
    return f" ({pairs})" if pairs else ""


def _conversation(options: RestOptions) -> str:
    conversation = options.conversation
    if conversation is None:
        return "Replies are not read."
    where = f"requested at `{conversation.path}`" if conversation.path else f"read from `{conversation.records}`"
    cost = ", one request for each new or changed ticket" if conversation.path else ""
    return f"The conversation is {where}{cost}. The customer's newest message is classified, too."


def _events(options: RestOptions) -> str:
    events = options.events
    if events is None:
        return ""
    *others, last = events.fields
    fields = f"{', '.join(others)} and {last}" if others else last
    return (
        f"Changes of {fields} from before connecting become history entries with their own time, and closings and "
        "reopenings count from when they happened."
    )


def _statuses(statuses: Mapping[str, str]) -> str:
    if not statuses:
        return ""
    return "\n".join(("| status | becomes |", "|---|---|", *_status_rows(statuses)))


def _status_rows(statuses: Mapping[str, str]) -> Iterator[str]:
    return (f"| {theirs} | {ours} |" for theirs, ours in statuses.items())


def _push(preset: Preset) -> str:
    return f"## Push\n\n{preset.webhook.setup}" if preset.webhook else ""
