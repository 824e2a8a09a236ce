"""Names of folders as IMAP writes them: modified UTF-7 (RFC 3501, 5.1.3), in quotation marks. Pure."""

import base64
import re
from typing import Final

_NOT_PLAIN: Final = re.compile(r"[^\x20-\x7e]+")
_SHIFTED: Final = re.compile(r"&([A-Za-z0-9+,]*)-")


def encode_name(name: str) -> str:
    """“Entwürfe” is `Entw&APw-rfe`."""
    return _NOT_PLAIN.sub(lambda found: f"&{_base64(found[0])}-", name.replace("&", "&-"))


def decode_name(name: str) -> str:
    """The name as a person reads it; unchanged where it is not valid."""
    return _SHIFTED.sub(lambda found: _text(found) if found[1] else "&", name)


def quoted(name: str) -> str:
    """For a command: a name holds no line break, so that it cannot add a command of its own."""
    escaped = encode_name(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def _text(found: re.Match[str]) -> str:
    encoded = found[1].replace(",", "/")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-16-be")
    except ValueError:
        return found[0]
