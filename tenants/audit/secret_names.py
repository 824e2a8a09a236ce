"""Names that secrets go by, so that none is stored in the open among the settings of a source. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HIDDEN = "(secret)"

_ALONE = frozenset(
    ("auth", "authorization", "authentication", "bearer", "jwt", "key", "otp", "pass", "pw", "pwd", "sid", "session",
     "sessionid", "sig", "signature", "token", "apikey")
)  # fmt: skip
_WITHIN = (
    "password", "passwd", "passphrase", "passcode", "secret", "credential", "apikey", "accesskey", "authkey", "appkey",
    "privatekey", "userkey", "clientkey", "servicekey", "masterkey", "sessionkey", "licensekey", "accountkey", "signingkey",
    "authtoken", "accesstoken", "apitoken", "usertoken", "clienttoken", "sessiontoken", "bearertoken", "refreshtoken",
)  # fmt: skip
_HARMLESS_BESIDE = frozenset(
    ("continuation", "cursor", "field", "foreign", "group", "issue", "next", "order", "page", "partition", "primary",
     "project", "sort", "ticket", "type")
)  # fmt: skip
"""`page_token`, `project_key`: beside these words a key or a token says where something is."""

_MAPPINGS = frozenset(("fields", "status_map", "statuses"))
"""Settings whose names are those of ticket fields and states."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAMED_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)(?:"((?:[^"\\]|\\.)*)"?|([\w.+-]+))')
_QUERY_PAIR = re.compile(r"([?&])([^=&?\"\s]+)=([^&\"\s]+)")


def looks_secret(name: str) -> bool:
    """Whether a parameter, header or setting of this name usually carries a key, a token or a password."""
    words = [each.casefold() for each in _WORDS.findall(name)]
    if any(part in "".join(words) for part in _WITHIN):
        return True
    return not _ALONE.isdisjoint(words) and _HARMLESS_BESIDE.isdisjoint(words)


def find_secret_settings(options: Any, place: str = "") -> Iterator[str]:
    """The places in a source's settings, dotted, that look like secrets: `params.api_key`, `path?token`."""
    if isinstance(options, Mapping):
        for name, value in options.items():
            if name in _MAPPINGS and not place:
                continue
            here = f"{place}.{name}" if place else str(name)
            if looks_secret(str(name)) and isinstance(value, str | int) and value != "":
                yield here
            else:
                yield from find_secret_settings(value, here)
    elif isinstance(options, list):
        for each in options:
            yield from find_secret_settings(each, place)
    elif isinstance(options, str) and "?" in options:
        try:
            query = parse_qsl(urlsplit(options).query)
        except ValueError:
            return
        yield from (f"{place}?{name}" for name, value in query if value and looks_secret(name))


def hide_secrets(text: str) -> str:
    """Settings as JSON text, whole or cut off, with what looks like a secret left out."""

    def hide(found: re.Match[str]) -> str:
        name, between, written, other = found.groups()
        is_secret = looks_secret(name) and (written or other not in (None, "null", "true", "false"))
        return f'"{name}"{between}"{HIDDEN}"' if is_secret else found[0]

    def hide_pair(found: re.Match[str]) -> str:
        mark, name, _ = found.groups()
        return f"{mark}{name}={HIDDEN}" if looks_secret(name) else found[0]

    return _QUERY_PAIR.sub(hide_pair, _NAMED_VALUE.sub(hide, text))


def settings_as_text(options: Any) -> str:
    """A source's settings as the log of changes keeps them: JSON without what looks like a secret."""
    return hide_secrets(json.dumps(options, default=str, sort_keys=True, ensure_ascii=False))
