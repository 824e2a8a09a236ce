"""Every secret that is stored encrypted: which need an old key, and encrypting them with the first one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from supportsaas import crypto
from supportsaas.crypto import SecretUnreadable
from supportsaas.db import mongo


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """One encrypted value, and where it stands."""

    collection: str
    column: str
    key: Any
    encrypted: str

    @property
    def is_current(self) -> bool:
        """Whether the first ENCRYPTION_KEY alone reads it."""
        return crypto.is_current(self.encrypted)

    def encrypt_again(self) -> None:
        """With the first key; one that somebody has changed meanwhile stays as it is. Raises `SecretUnreadable`."""
        new = crypto.encrypt(crypto.decrypt(self.encrypted))
        mongo.collection(self.collection).update_one(
            {"_id": self.key, self.column: self.encrypted}, {"$set": {self.column: new}}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reencryption:
    """How many secrets there are by what became of them."""

    changed: int
    current: int
    unreadable: int


def find_stored_secrets() -> Iterator[StoredSecret]:
    """Those in the fields `encrypted_…` of all models."""
    for model in apps.get_models():
        columns = [field.column for field in model._meta.concrete_fields if field.column.startswith("encrypted_")]
        for column in columns:
            name = model._meta.db_table
            for found in mongo.collection(name).find({column: {"$nin": ["", None]}}, {column: 1}):
                yield StoredSecret(name, column, found["_id"], found[column])


def reencrypt() -> Reencryption:
    """Encrypt with the first key whatever needs another one. Safe to repeat, and to run while people work."""
    changed = current = unreadable = 0
    for secret in find_stored_secrets():
        if secret.is_current:
            current += 1
            continue
        try:
            secret.encrypt_again()
            changed += 1
        except SecretUnreadable:
            unreadable += 1
    return Reencryption(changed=changed, current=current, unreadable=unreadable)
