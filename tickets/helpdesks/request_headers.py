"""Which headers a connection's settings may add to its requests (RFC 9110, 5.1 and 5.5). Pure."""

import re
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_OWN: Final = frozenset(
    ("accept-encoding", "connection", "content-length", "host", "te", "transfer-encoding", "upgrade")
)
"""They belong to the connection. Another `Host` could have the key sent to another site on the same server."""
_SECRET: Final = frozenset(("authorization", "cookie", "proxy-authorization"))


def check_header_name(name: str) -> None:
    """Raise `ValueError` with a sentence unless it may be sent."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"“{name[:60]}” is not the name of a header. Use letters, digits and hyphens.")
    if name.lower() in _OWN:
        raise ValueError(f"{name} cannot be set, because it belongs to the connection itself.")


def check_header(name: str, value: str) -> None:
    """The same for a header that is stored unencrypted, with its value."""
    check_header_name(name)
    if name.lower() in _SECRET:
        raise ValueError(
            f"{name} holds credentials, but settings are stored unencrypted. Use the authentication instead."
        )
    if _VALUE.fullmatch(value) is None:
        raise ValueError(f"the value of {name} may only consist of printable ASCII characters.")
