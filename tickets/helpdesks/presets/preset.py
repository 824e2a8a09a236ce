"""What a preset is: the settings of a known helpdesk, and what a person is asked and shown when connecting it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote

Auth = Literal["none", "header", "bearer", "basic", "basic_key", "query", "oauth2"]
URL_EXAMPLE: Final = "https://help.example.com"
_NAME_IN_BRACES: Final = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What the helpdesk's address and requests depend on, asked as a form field. `pattern` matches the whole value."""

    name: str
    label: str
    help: str
    example: str = ""
    pattern: str = r"[A-Za-z0-9][\w.-]*"
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Values and their labels, if only these are possible."""
    is_advanced: bool = False
    """The default suits nearly everybody, so the form has it under *Advanced*."""
    is_quoted: bool = False
    """The value is percent-encoded where it stands, so that a `/` in it is no part of the path."""
    is_scope: bool = False
    """Another value is another list of tickets on the same server, which may number them alike: a repository."""

    def check(self, value: Any) -> str:
        """The value as text; raises `ValueError` with a sentence."""
        text = str(value).strip()
        if self.choices and text not in (each for each, _ in self.choices):
            raise ValueError(f"{self.name}: choose one of {', '.join(each for each, _ in self.choices)}")
        if not re.fullmatch(self.pattern, text, re.ASCII):
            example = f", for example {self.example}" if self.example else ""
            raise ValueError(f"{self.name}: “{text[:60]}” is not valid. {self.help.rstrip('.')}{example}.")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """How a helpdesk signs what it pushes, and where the ticket's id is in it.

    `header` has the HMAC of the body (`signed` says of what), or the secret itself without an `algorithm`.
    """

    header: str
    algorithm: Literal["", "sha1", "sha256"] = ""
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    """What stands before the signature in the header: sha256="""
    timestamp_header: str = ""
    """The header whose value is signed before the body."""
    id: str
    """Path to the ticket's id in the body."""
    setup: str
    """Where a person creates the webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A known helpdesk. `settings` are those of `RestOptions`, with variables in braces.

    `url`: the base URL with variables; empty if a person enters it. `key_help` says where the key is found and
    `rights` what it needs. `reads`, `deletes` and `requests` are sentences for the documentation.
    """

    kind: str
    label: str
    url: str = ""
    url_example: str = URL_EXAMPLE
    variables: tuple[Variable, ...] = ()
    auth: Auth
    auth_name: str = ""
    """The header, parameter or user name; empty if the kind has none, or if a person enters it (`auth_name_label`)."""
    auth_name_label: str = ""
    key_label: str = "API key"
    key_help: str
    key_url: str = ""
    """A page where the key is created, with variables; empty if it depends on the installation."""
    rights: str
    reads: str
    deletes: str
    requests: str
    page_size: int = 100
    key_days: int | None = None
    """A key lasts at most this many days; None if it does not end."""
    webhook: Webhook | None = None
    is_of_user: bool = False
    """Each user of a server has other tickets there: a mailbox. The form asks for server and user first."""
    status_help: str = ""
    """A paragraph about statuses for the documentation."""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def variables_in(self, options: Mapping[str, Any]) -> dict[str, str]:
        """The variables' values as they are filled in, with defaults; raises `ValueError` if one is missing or invalid."""
        found = {}
        for variable in self.variables:
            value = options.get(variable.name) or variable.default
            if not value:
                raise ValueError(f"{variable.name}: is missing. {variable.help}")
            checked = variable.check(value)
            found[variable.name] = quote(checked, safe="") if variable.is_quoted else checked
        return found

    def settings_with(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with variables filled in, overridden by those in `options`. Raises `ValueError`."""
        values = self.variables_in(options)
        own = {name: value for name, value in options.items() if name not in values}
        filled: dict[str, Any] = _fill(dict(self.settings), values)
        return {**filled, **own}

    def scope_in(self, options: Mapping[str, Any]) -> str:
        """What of its server the connection reads, in one spelling; empty if that is everything."""
        values = (str(options.get(each.name) or each.default) for each in self.variables if each.is_scope)
        return ", ".join(each.strip().casefold() for each in values)

    def url_with(self, options: Mapping[str, Any]) -> str:
        """The base URL; empty if a person has to enter it. Raises `ValueError`."""
        return str(_fill(self.url, self.variables_in(options))) if self.url else ""

    def without_address(self, name: str, text: str) -> str:
        """The variable's value if a person entered the whole address that it is a part of, else the text."""
        before, mark, after = self.url.partition(f"{{{name}}}")
        value, is_address, _ = text.strip().removeprefix(before).partition(after) if mark and after else (text, "", "")
        return value if is_address else text

    @property
    def is_one_server_for_all(self) -> bool:
        """Whether the settings do not say which account is read, and only the key does. A choice, as of a region, is none."""
        names = (each.name for each in self.variables if each.is_scope or not each.choices)
        scopes = {each.name for each in self.variables if each.is_scope}
        return bool(self.url) and not any(name in scopes or f"{{{name}}}" in self.url for name in names)

    def key_url_with(self, values: Mapping[str, str]) -> str:
        """The page where a key is created; empty if it is not known yet."""
        missing = any(name not in values for name in _NAME_IN_BRACES.findall(self.key_url))
        return "" if missing else str(_fill(self.key_url, values))


def _fill(template: Any, values: Mapping[str, str]) -> Any:
    """The template with the variables filled in; other braces, such as placeholders of a request, stay."""
    if isinstance(template, str):
        return _NAME_IN_BRACES.sub(lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, Mapping):
        return {name: _fill(each, values) for name, each in template.items()}
    if isinstance(template, list | tuple):
        return [_fill(each, values) for each in template]
    return template
