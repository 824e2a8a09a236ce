"""All encrypted secrets in the database: find those that still need an old key, and re-encrypt them with the first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from supportsaas import crypto
from supportsaas.crypto import SecretUnreadable
from supportsaas.db import mongo


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """One encrypted value and where it is stored."""

    collection: str
    column: str
    key: Any
    encrypted: str

    @property
    def is_current(self) -> bool:
        """Whether the first ENCRYPTION_KEY alone decrypts it."""
        return crypto.is_current(self.encrypted)

    def reencrypt(self) -> None:
        """Re-encrypt with the first key, unless the value has changed since it was read. Raises `SecretUnreadable`."""
        new = crypto.encrypt(crypto.decrypt(self.encrypted))
        mongo.collection(self.collection).update_one(
            {"_id": self.key, self.column: self.encrypted}, {"$set": {self.column: new}}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reencryption:
    """Numbers of secrets by outcome."""

    changed: int
    current: int
    unreadable: int


def find_stored_secrets() -> Iterator[StoredSecret]:
    """The values of all model fields whose name starts with `encrypted_`."""
    for model in apps.get_models():
        columns = [field.column for field in model._meta.concrete_fields if field.column.startswith("encrypted_")]
        for column in columns:
            name = model._meta.db_table
            for found in mongo.collection(name).find({column: {"$nin": ["", None]}}, {column: 1}):
                yield StoredSecret(name, column, found["_id"], found[column])


def reencrypt() -> Reencryption:
    """Re-encrypt every secret that needs another key than the first. Safe to repeat and to run in production."""
    changed = current = unreadable = 0
    for secret in find_stored_secrets():
        if secret.is_current:
            current += 1
            continue
        try:
            secret.reencrypt()
            changed += 1
        except SecretUnreadable:
            unreadable += 1
    return Reencryption(changed=changed, current=current, unreadable=unreadable)
