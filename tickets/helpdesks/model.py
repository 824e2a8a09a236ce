"""A tenant's helpdesk connection: where its tickets live, and the credential, encrypted at rest."""

import re
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from supportsaas import crypto
from supportsaas.net.address_field import validate_address
from tenants.audit.audit_log import Audited
from tickets.helpdesks.options import check_options, refuse_secrets


class SourceKind(models.TextChoices):
    HOUSE = "house", "House protocol"
    REST = "rest", "REST, configurable"
    REDMINE = "redmine", "Redmine"
    RT = "rt", "Request Tracker"


class AuthKind(models.TextChoices):
    NONE = "none", "None"
    HEADER = "header", "Key in a header"
    BEARER = "bearer", "Bearer token"
    BASIC = "basic", "User and password (Basic)"
    QUERY = "query", "Key in the address"


class Source(Audited):
    """Where a tenant's tickets live: one helpdesk a tenant, its credential encrypted at rest."""

    secrets = frozenset({"encrypted_secret"})
    unaudited = frozenset({"name"})  # a run gives it, unless a person does

    tenant_id: ObjectId
    tenant = models.OneToOneField("tenants.Tenant", on_delete=models.CASCADE, related_name="source")
    name = models.CharField(
        max_length=63,
        blank=True,
        default="",
        validators=[RegexValidator(re.compile(r"^[\w.-]+\Z"), "Use letters, digits, ., - and _ (at most 63).")],
        help_text="Whose tickets it reads. Ids of tickets of a further connection begin with it. "
        "Empty: it is named once it is connected.",
    )
    kind = models.CharField(max_length=16, choices=SourceKind.choices, default=SourceKind.HOUSE)
    url = models.CharField(
        "address",
        max_length=500,
        validators=[validate_address],
        help_text="Where the helpdesk answers, for example https://help.example.com",
    )
    auth = models.CharField("log-in", max_length=16, choices=AuthKind.choices, default=AuthKind.NONE)
    auth_name = models.CharField(
        "header, parameter or user name",
        max_length=200,
        blank=True,
        help_text="The header's name (for example X-Redmine-API-Key), the parameter of a key in the address (for "
        "example api_key) or the user of a Basic log-in.",
    )
    encrypted_secret = models.TextField(blank=True, editable=False)
    options = models.JSONField(
        default=dict,
        blank=True,
        help_text="Settings of the kind, as JSON; docs/sources.md lists them. Empty for the house protocol.",
    )
    page_size = models.PositiveIntegerField(default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)])
    every_minutes = models.PositiveIntegerField(
        "read every",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
        help_text="Minutes from one read by the workers to the next, at most 10,080 (a week). "
        "Empty: it is read only when somebody starts it.",
    )
    enabled = models.BooleanField(default=True)

    class Meta:
        app_label = "tenants"  # where its table and its permissions have always been

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.url}"

    @property
    def has_secret(self) -> bool:
        return bool(self.encrypted_secret)

    def set_secret(self, secret: str) -> None:
        """Keep the key or password, encrypted; an empty one is forgotten."""
        self.encrypted_secret = crypto.encrypt(secret) if secret else ""

    def reveal_secret(self) -> str:
        """The key or password, for the request that needs it; raises `SecretUnreadable`."""
        return crypto.decrypt(self.encrypted_secret) if self.encrypted_secret else ""

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.auth in (AuthKind.HEADER, AuthKind.BASIC) and not self.auth_name:
            errors["auth_name"] = "This log-in needs the header's name or the user."
        if self.auth == AuthKind.QUERY and not self.auth_name:
            errors["auth_name"] = "This log-in needs the name of the parameter, for example api_key."
        if self.options is None:
            self.options = {}
        try:
            if self.options != self._stored_options():
                refuse_secrets(self.options)
            check_options(self.kind, self.options)
        except ValueError as error:
            errors["options"] = str(error)
        if errors:
            raise ValidationError(errors)

    def _stored_options(self) -> Any:
        """Those of an older version may hold a secret, and the rest of the source can be changed nevertheless."""
        return (
            None if self._state.adding else Source.objects.filter(pk=self.pk).values_list("options", flat=True).first()
        )
