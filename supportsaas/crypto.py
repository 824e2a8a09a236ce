"""Encryption of stored secrets, such as helpdesk credentials, with Fernet.

`ENCRYPTION_KEYS` has one or more keys. The first encrypts, and all decrypt. To change the key, put the new one in front
and re-encrypt (`supportsaas.ops.stored_secrets`); then remove the old key.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class SecretUnreadable(Exception):
    """The secret was encrypted with a key that is no longer configured."""


def check_keys(keys: list[str]) -> None:
    """Raise `ImproperlyConfigured` unless every key is a Fernet key."""
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                "ENCRYPTION_KEY must be one or more Fernet keys (32 bytes, url-safe base64), comma-separated."
            ) from None


def encrypt(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode()


def decrypt(token: str) -> str:
    """The plain secret. Raises `SecretUnreadable`."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable(
            "The stored credential cannot be decrypted with the configured ENCRYPTION_KEY. Enter it again."
        ) from None


def is_current(token: str) -> bool:
    """Whether the first key decrypts it, so that it needs none of the others."""
    try:
        Fernet(settings.ENCRYPTION_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
