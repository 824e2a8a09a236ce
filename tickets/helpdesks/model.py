"""Helpdesk connections: where a tenant's tickets come from, with the credential encrypted at rest."""

import re
from enum import StrEnum
from typing import Any, Final

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from supportsaas import crypto
from tenants.audit.audit_log import Audited
from tickets.helpdesks.options import check_options, reject_secrets
from tickets.helpdesks.presets import PRESETS
from tickets.helpdesks.request_headers import check_header_name
from tickets.helpdesks.source_url import check_scheme, validate_source_url
from tickets.records.origin import connection_key


class SourceKind(StrEnum):
    """The kinds that are not only a preset."""

    NATIVE = "house"
    REST = "rest"
    RT = "rt"
    IMAP = "imap"


KIND_LABELS: Final = {
    SourceKind.NATIVE.value: "Native protocol",
    SourceKind.REST.value: "Any JSON API",
    **{kind: preset.label for kind, preset in PRESETS.items()},
}
"""All kinds and what people call them."""


def kind_choices() -> list[tuple[str, str]]:
    return list(KIND_LABELS.items())


class AuthKind(models.TextChoices):
    NONE = "none", "None"
    HEADER = "header", "API key in a header"
    BEARER = "bearer", "Bearer token"
    BASIC = "basic", "User name and password (Basic)"
    BASIC_KEY = "basic_key", "API key as the user name (Basic)"
    QUERY = "query", "API key in the URL"
    OAUTH2 = "oauth2", "OAuth 2"


class Source(Audited):
    """A helpdesk that a tenant's tickets come from. A tenant may have several, each with its own name."""

    secrets = frozenset({"encrypted_secret"})
    unaudited = frozenset({"name", "prefix", "checked_at", "check_problem"})  # set by runs and checks

    tenant_id: ObjectId
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(
        max_length=63,
        blank=True,
        default="",
        validators=[
            RegexValidator(re.compile(r"^[\w.-]+\Z"), "Use letters, digits, “.”, “-” and “_” (at most 63 characters).")
        ],
        help_text="The connection's name. Ticket ids of an additional connection start with it. "
        "Leave empty to have it named on the first sync.",
    )
    kind = models.CharField(max_length=16, choices=kind_choices, default=SourceKind.NATIVE.value)
    prefix = models.CharField(max_length=64, blank=True, default="", editable=False)
    """What the ids of its tickets start with (`NAME:`); empty for a tenant's first connection. A copy of what
    `name_spaces` stores, written together with the name."""
    url = models.CharField(
        "URL",
        max_length=500,
        validators=[validate_source_url],
        help_text="The helpdesk’s base URL, for example https://help.example.com",
    )
    auth = models.CharField("authentication", max_length=16, choices=AuthKind.choices, default=AuthKind.NONE)
    auth_name = models.CharField(
        "header, parameter or user name",
        max_length=200,
        blank=True,
        help_text="The header (for example X-Redmine-API-Key), the query parameter (for example api_key) or the "
        "user name for Basic authentication.",
    )
    encrypted_secret = models.TextField(blank=True, editable=False)
    options = models.JSONField(
        default=dict,
        blank=True,
        help_text="Connector settings (JSON), listed in docs/sources.md. Leave empty for the defaults.",
    )
    page_size = models.PositiveIntegerField(default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)])
    every_minutes = models.PositiveIntegerField(
        "sync every",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
        help_text="Minutes between syncs, at most 10,080 (one week). Leave empty to sync only when someone starts it.",
    )
    enabled = models.BooleanField(default=True)
    expires_on = models.DateField(
        "key valid until",
        null=True,
        blank=True,
        help_text="The day on which the key or password ends, if it does. You are reminded 30 and 7 days before.",
    )
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    check_problem = models.TextField(blank=True, default="", editable=False)
    """Why the last check failed; empty if it did not."""

    class Meta:
        app_label = "tenants"  # the app that owns its table and permissions
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=models.Q(name__gt=""), name="one_connection_a_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.url}"

    @property
    def key(self) -> str:
        """Under which its state between runs is stored; see `connection_key`."""
        return connection_key(self.tenant.slug, self.prefix)

    @property
    def title(self) -> str:
        """Its name; before it has one, what kind of helpdesk it is."""
        return self.name or self.get_kind_display()

    @property
    def has_secret(self) -> bool:
        return bool(self.encrypted_secret)

    def set_secret(self, secret: str) -> None:
        """Encrypt and keep the key or password; an empty one is removed."""
        self.encrypted_secret = crypto.encrypt(secret) if secret else ""

    def reveal_secret(self) -> str:
        """The decrypted key or password; raises `SecretUnreadable`."""
        return crypto.decrypt(self.encrypted_secret) if self.encrypted_secret else ""

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.auth in (AuthKind.HEADER, AuthKind.BASIC) and not self.auth_name:
            errors["auth_name"] = "Enter the name of the header, or the user name."
        elif self.auth == AuthKind.HEADER:
            try:
                check_header_name(self.auth_name)
            except ValueError as error:
                errors["auth_name"] = str(error)
        if self.auth == AuthKind.QUERY and not self.auth_name:
            errors["auth_name"] = "Enter the name of the query parameter, for example api_key."
        try:
            check_scheme(self.url, is_mailbox=self.kind == SourceKind.IMAP)
        except ValueError as error:
            errors["url"] = str(error)
        if self.kind == SourceKind.IMAP and self.auth != AuthKind.BASIC:
            errors["auth"] = "A mailbox is read with user name and password."
        if self.options is None:
            self.options = {}
        try:
            if self.options != self._stored_options():
                reject_secrets(self.options)
            check_options(self.kind, self.options)
        except ValueError as error:
            errors["options"] = str(error)
        if errors:
            raise ValidationError(errors)

    def _stored_options(self) -> Any:
        """Options stored by an older version may hold a secret; the rest of the source can still be changed."""
        return (
            None if self._state.adding else Source.objects.filter(pk=self.pk).values_list("options", flat=True).first()
        )


class HelpdeskToken(models.Model):
    """The OAuth 2 tokens of a connection, shared by all processes. `fingerprint`: of the settings they belong to."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=32)
    encrypted_tokens = models.TextField()
    renew_at = models.DateTimeField()

    class Meta:
        app_label = "tenants"

    def __str__(self) -> str:
        return f"Tokens of {self.source}"
