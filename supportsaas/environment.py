"""Strict reading of environment variables.

Every function raises `ImproperlyConfigured` with the name of the variable, its allowed values and the value found, so
that a typo never silently becomes the default.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str | None = None) -> str:
    """The stripped value. Without a default, a missing or empty variable is an error."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return default


def boolean(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0 (also true/false, yes/no, on/off), not {value!r}.")


def integer(name: str, *, default: int, minimum: int, maximum: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        number = minimum - 1
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(f"{name} must be a whole number from {minimum} to {maximum}, not {value!r}.")
    return number


def choice(name: str, *, default: str, among: tuple[str, ...]) -> str:
    value = os.environ.get(name, "").strip().lower() or default
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def words(name: str, *, default: list[str]) -> list[str]:
    """A comma-separated list. Spaces around items are removed, and an empty item is an error."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    items = [item.strip() for item in value.split(",")]
    if not all(items):
        raise ImproperlyConfigured(f"{name} must be a comma-separated list without empty items, not {value!r}.")
    return items


def web_address(name: str, *, default: str) -> str:
    """Scheme and host, with an optional port and path, without a trailing slash."""
    value = os.environ.get(name, "").strip() or default
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(f"{name} must be a URL like https://support.example.com, not {value!r}.")
    return value.rstrip("/")


def directory(name: str, *, default: Path) -> Path:
    """An absolute path. It need not exist yet, but must not be a file."""
    path = Path(os.environ.get(name, "").strip() or default).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ImproperlyConfigured(f"{name} must be a directory, and {path} is a file.")
    return path


def mongodb_uri(name: str) -> str:
    value = text(name)
    if not value.startswith(("mongodb://", "mongodb+srv://")):
        raise ImproperlyConfigured(f"{name} must start with mongodb:// or mongodb+srv://.")
    return value
