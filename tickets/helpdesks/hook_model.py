"""The webhook of a helpdesk connection: an address that the helpdesk calls when a ticket has changed."""

import hmac
import secrets
from typing import Any

from django.db import models

from supportsaas import crypto
from tenants.audit.audit_log import Audited
from tickets.helpdesks.model import Source


class Hook(Audited):
    """`token` is part of the address. `secret` is what the helpdesk signs with, if its kind signs.

    `called_at` is the last call that was accepted, `started_at` when a sync was last started because of one, and
    `rejected_at` the last call whose signature was wrong.
    """

    secrets = frozenset({"encrypted_token", "encrypted_secret"})
    unaudited = frozenset({"called_at", "started_at", "rejected_at"})

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="hook")
    encrypted_token = models.TextField(editable=False)
    encrypted_secret = models.TextField(blank=True, editable=False)
    called_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    rejected_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        app_label = "tenants"

    def __str__(self) -> str:
        return f"Webhook of {self.source}"

    @classmethod
    def turn_on(cls, source: Source) -> "Hook":
        """The hook of the source, with a new address and secret; the former address no longer works."""
        hook = cls.objects.filter(source=source).first() or cls(source=source)
        hook.encrypted_token = crypto.encrypt(secrets.token_urlsafe(24))
        hook.encrypted_secret = crypto.encrypt(secrets.token_urlsafe(24))
        hook.save()
        return hook

    @property
    def path(self) -> str:
        return f"/hooks/{self.source.pk}/{crypto.decrypt(self.encrypted_token)}"

    @property
    def secret(self) -> str:
        return crypto.decrypt(self.encrypted_secret) if self.encrypted_secret else ""

    def set_secret(self, secret: str) -> None:
        """Keep the secret that the helpdesk signs with."""
        self.encrypted_secret = crypto.encrypt(secret)

    def has_token(self, given: str) -> bool:
        """Whether the token is that of the address, compared in constant time."""
        return hmac.compare_digest(given.encode(), crypto.decrypt(self.encrypted_token).encode())

    def note(self, **moments: Any) -> None:
        """Keep times of calls; they are no changes of the configuration."""
        Hook.objects.filter(pk=self.pk).update(**moments)
