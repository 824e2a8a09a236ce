"""Names of secrets, so that none is stored unencrypted among the settings of a helpdesk connection. Pure."""

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
"""With these words, as in `page_token` or `project_key`, a key or token is not a secret."""

_MAPPINGS = frozenset(("fields", "status_map", "statuses"))
"""Settings whose keys are ticket fields and statuses."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAMED_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)(?:"((?:[^"\\]|\\.)*)"?|([\w.+-]+))')
_QUERY_PAIR = re.compile(r"([?&])([^=&?\"\s]+)=([^&\"\s]+)")


def looks_secret(name: str) -> bool:
    """Whether a parameter, header or setting of this name usually holds a key, token or password."""
    words = [each.casefold() for each in _WORDS.findall(name)]
    if any(part in "".join(words) for part in _WITHIN):
        return True
    return not _ALONE.isdisjoint(words) and _HARMLESS_BESIDE.isdisjoint(words)


def find_secret_settings(options: Any, place: str = "") -> Iterator[str]:
    """The dotted paths of settings that look like secrets: `params.api_key`, `path?token`."""
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
    """JSON text of settings, complete or truncated, without what looks like a secret."""

    def hide(found: re.Match[str]) -> str:
        name, between, written, other = found.groups()
        is_secret = looks_secret(name) and (written or other not in (None, "null", "true", "false"))
        return f'"{name}"{between}"{HIDDEN}"' if is_secret else found[0]

    def hide_pair(found: re.Match[str]) -> str:
        mark, name, _ = found.groups()
        return f"{mark}{name}={HIDDEN}" if looks_secret(name) else found[0]

    return _QUERY_PAIR.sub(hide_pair, _NAMED_VALUE.sub(hide, text))


def settings_as_text(options: Any) -> str:
    """Settings as the audit log stores them: JSON without what looks like a secret."""
    return hide_secrets(json.dumps(options, default=str, sort_keys=True, ensure_ascii=False))
