"""Where a tenant's alerts go: its channels, which tickets each wants, its secret encrypted at rest."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from bson import ObjectId
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
from django.db import models

from supportsaas import clock, crypto
from supportsaas.net.address_field import validate_address
from tenants.audit.audit_log import Audited

URGENCIES: Final = ("high", "medium", "low")
SENTIMENTS: Final = ("negative", "neutral", "positive")
MOST_RECIPIENTS: Final = 20
SIGNING_PREFIX: Final = "whsec_"
_SIGNING_BYTES: Final = range(24, 65)  # what the Standard Webhooks specification asks for


class ChannelKind(models.TextChoices):
    HOUSE = "house", "House protocol (/notify)"
    WEBHOOK = "webhook", "Webhook, signed"
    SLACK = "slack", "Slack or compatible"
    EMAIL = "email", "E-mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTest:
    """When a channel was last tried out, and what was wrong; no problem: the test arrived."""

    at: datetime
    problem: str


def only_high() -> list[str]:
    return ["high"]


class Channel(Audited):
    """One way to the people on call of a tenant.

    `address` is a URL, or for e-mail one or more addresses, comma-separated. Whoever knows a whole
    Slack address may post there, so it is kept as the secret, and here only its host; a webhook's
    secret signs.
    """

    unaudited = frozenset({"created_at", "tested_at", "test_problem", "tested_settings"})
    secrets = frozenset({"encrypted_secret"})

    tenant_id: ObjectId
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=16, choices=ChannelKind.choices, default=ChannelKind.WEBHOOK)
    name = models.CharField(max_length=100, help_text="How it is called in lists, for example “On call”.")
    address = models.CharField(
        max_length=1000,
        help_text="A URL that begins with https:// or http://; for e-mail the addresses, separated by commas.",
    )
    encrypted_secret = models.TextField(blank=True, editable=False)
    enabled = models.BooleanField(default=True, help_text="Nothing is sent over a channel that is off.")
    urgencies = models.JSONField("urgency", default=only_high, blank=True, help_text="None chosen: any.")
    sentiments = models.JSONField("sentiment", default=list, blank=True, help_text="None chosen: any.")
    max_age_hours = models.PositiveIntegerField(
        "not older than (hours)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 365)],
        help_text="Tickets created longer ago are not announced. Empty: as the system is set (24 unless changed).",
    )
    unconfirmed = models.JSONField(
        "addresses not confirmed yet",
        default=list,
        blank=True,
        editable=False,
        help_text="Nothing goes to them until whoever reads them says so.",
    )
    tested_at = models.DateTimeField(null=True, editable=False)
    test_problem = models.TextField(blank=True, default="", editable=False)
    tested_settings = models.CharField(max_length=32, blank=True, default="", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        app_label = "tenants"  # where its table and its permissions have always been
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_channel_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def max_age(self) -> timedelta:
        return timedelta(hours=self.longest_hours)

    @property
    def longest_hours(self) -> int:
        return self.max_age_hours or int(settings.NOTIFY_MAX_AGE_HOURS)

    @property
    def recipients(self) -> list[str]:
        """The addresses of an e-mail channel."""
        return [each for part in self.address.split(",") if (each := part.strip())]

    @property
    def confirmed_recipients(self) -> list[str]:
        waiting = {fold_address(each) for each in self.unconfirmed or []}
        return [each for each in self.recipients if fold_address(each) not in waiting]

    @property
    def last_test(self) -> "LastTest | None":
        """How the last test went, unless the channel points elsewhere by now."""
        if self.tested_at is None or self.tested_settings != self._settings_digest():
            return None
        return LastTest(at=self.tested_at, problem=self.test_problem)

    def keep_test(self, problem: str) -> None:
        """Remember how a test went just now; `problem` is a sentence, empty where it arrived."""
        self.tested_at, self.test_problem, self.tested_settings = clock.now(), problem, self._settings_digest()
        Channel.objects.filter(pk=self.pk).update(
            tested_at=self.tested_at, test_problem=self.test_problem, tested_settings=self.tested_settings
        )

    @property
    def has_secret(self) -> bool:
        return bool(self.encrypted_secret)

    def set_secret(self, secret: str) -> None:
        """Keep the secret, encrypted; an empty one is forgotten."""
        self.encrypted_secret = crypto.encrypt(secret) if secret else ""

    def reveal_secret(self) -> str:
        """The secret, for the message that needs it; raises `SecretUnreadable`."""
        return crypto.decrypt(self.encrypted_secret) if self.encrypted_secret else ""

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        problem = _problem_of_recipients(self.recipients) if self.kind == ChannelKind.EMAIL else self._problem_of_url()
        if problem:
            errors["address"] = problem
        for field, known in (("urgencies", URGENCIES), ("sentiments", SENTIMENTS)):
            chosen = getattr(self, field)
            if not isinstance(chosen, list) or not set(map(str, chosen)) <= set(known):
                errors[field] = f"Choose among {', '.join(known)}."
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.kind == ChannelKind.SLACK:
            self._hide_path()
        elif self.kind != ChannelKind.WEBHOOK:
            self.encrypted_secret = ""
        super().save(*args, **kwargs)

    def _settings_digest(self) -> str:
        where = "\0".join((self.kind, self.address, self.encrypted_secret))
        return hashlib.blake2b(where.encode(), digest_size=16).hexdigest()

    def _problem_of_url(self) -> str:
        try:
            validate_address(self.address.partition("?")[0] if self.kind == ChannelKind.SLACK else self.address)
        except ValidationError as error:
            return " ".join(error.messages)
        is_kept = _origin_of(self._whole_url()) == _origin_of(self.address)
        if self.kind == ChannelKind.SLACK and not _path_of(self.address) and not is_kept:
            return "Enter the whole address of the incoming webhook, as it was shown to you."
        return ""

    def _whole_url(self) -> str:
        try:
            return self.reveal_secret()
        except crypto.SecretUnreadable:
            return ""

    def _hide_path(self) -> None:
        if _path_of(self.address):
            self.set_secret(self.address)
        self.address = _origin_of(self.address)


def fold_address(address: str) -> str:
    """The form in which two e-mail addresses are the same: no mail server in use tells upper and lower case apart."""
    return address.strip().casefold()


def make_signing_secret() -> str:
    return SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signing_key(secret: str) -> bytes:
    """The bytes a webhook is signed with; raises `ValueError` with a sentence."""
    try:
        key = base64.b64decode(secret.removeprefix(SIGNING_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SIGNING_PREFIX) or len(key) not in _SIGNING_BYTES:
        raise ValueError(f"A signing secret is {SIGNING_PREFIX} and 24 to 64 bytes in base64.")
    return key


def _problem_of_recipients(recipients: list[str]) -> str:
    if not recipients:
        return "Enter at least one e-mail address."
    if len(recipients) > MOST_RECIPIENTS:
        return f"Enter at most {MOST_RECIPIENTS} addresses; for more, use a mailing list."
    for each in recipients:
        try:
            validate_email(each)
        except ValidationError:
            return f"“{each}” is no e-mail address."
    return ""


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _path_of(url: str) -> str:
    return url.removeprefix(_origin_of(url)).strip("/")
