"""Alert channels: where a tenant's alerts go, and which tickets each channel alerts on."""

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
from tickets.alerts.quiet_hours import problem_of_quiet_hours, quiet_until

URGENCIES: Final = ("high", "medium", "low")
SENTIMENTS: Final = ("negative", "neutral", "positive")
MOST_RECIPIENTS: Final = 20
SIGNING_PREFIX: Final = "whsec_"
ESCALATE_MINUTES: Final = 15
_SIGNING_BYTES: Final = range(24, 65)  # as the Standard Webhooks specification requires


class ChannelKind(models.TextChoices):
    NATIVE = "house", "Native protocol (/notify)"
    WEBHOOK = "webhook", "Signed webhook"
    SLACK = "slack", "Slack or compatible"
    EMAIL = "email", "E-mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTest:
    """The last test of a channel; `problem` is empty if the test arrived."""

    at: datetime
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """A message that nobody has acknowledged `after` that time goes to the channel with the id `to`, too."""

    after: timedelta
    to: str


def only_high() -> list[str]:
    return ["high"]


class Channel(Audited):
    """One way to reach a tenant's people on call.

    `address` is a URL, or for e-mail one or more comma-separated addresses. Anyone who knows a full Slack URL can
    post to it, so the URL is stored as the secret and `address` keeps only its host. A webhook's secret signs its
    messages.
    """

    unaudited = frozenset({"created_at", "tested_at", "test_problem", "tested_settings"})
    secrets = frozenset({"encrypted_secret"})

    tenant_id: ObjectId
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=16, choices=ChannelKind.choices, default=ChannelKind.WEBHOOK)
    name = models.CharField(max_length=100, help_text="Shown in lists, for example “On call”.")
    address = models.CharField(
        max_length=1000,
        help_text="A URL starting with https:// or http://. For e-mail: one or more addresses, separated by commas.",
    )
    encrypted_secret = models.TextField(blank=True, editable=False)
    enabled = models.BooleanField(default=True, help_text="When off, nothing is sent. Due alerts wait.")
    urgencies = models.JSONField("urgency", default=only_high, blank=True, help_text="Leave empty for all.")
    sentiments = models.JSONField("sentiment", default=list, blank=True, help_text="Leave empty for all.")
    max_age_hours = models.PositiveIntegerField(
        "maximum ticket age (hours)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 365)],
        help_text="Older tickets raise no alert. Leave empty for the system default (24 hours unless changed).",
    )
    quiet_hours = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="For example “Mon-Fri 20:00-07:00; Sat, Sun 00:00-24:00”, in the tenant’s time zone. Then only high urgency "
        "and outages are sent; everything else waits and follows in one go. Leave empty for none.",
    )
    escalate_to_id: ObjectId | None
    escalate_to = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="if nobody acknowledges, then send to",
        help_text="The next channel gets every alert of this one that nobody has acknowledged in time.",
    )
    escalate_minutes = models.PositiveSmallIntegerField(
        "after (minutes)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text=f"Leave empty for {ESCALATE_MINUTES}.",
    )
    only_escalations = models.BooleanField(
        "only what others did not acknowledge",
        default=False,
        help_text="When on, it gets nothing by itself, only alerts that another channel passes on.",
    )
    unconfirmed = models.JSONField(
        "unconfirmed addresses",
        default=list,
        blank=True,
        editable=False,
        help_text="No alerts go to these addresses until their owners confirm.",
    )
    tested_at = models.DateTimeField(null=True, editable=False)
    test_problem = models.TextField(blank=True, default="", editable=False)
    tested_settings = models.CharField(max_length=32, blank=True, default="", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        app_label = "tenants"  # the app that owns its table and permissions
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
    def escalation(self) -> Escalation | None:
        if self.escalate_to_id is None:
            return None
        minutes = self.escalate_minutes or ESCALATE_MINUTES
        return Escalation(after=timedelta(minutes=minutes), to=str(self.escalate_to_id))

    @property
    def lost_escalation(self) -> bool:
        """Whether alerts were to be passed on to a channel that has been deleted."""
        return self.escalate_to_id is None and self.escalate_minutes is not None

    def quiet_until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours that the moment is in; None outside of them."""
        return quiet_until(self.quiet_hours, at, zone=self.tenant.zone)

    @property
    def recipients(self) -> list[str]:
        """An e-mail channel's addresses."""
        return [each for part in self.address.split(",") if (each := part.strip())]

    @property
    def confirmed_recipients(self) -> list[str]:
        waiting = {fold_address(each) for each in self.unconfirmed or []}
        return [each for each in self.recipients if fold_address(each) not in waiting]

    @property
    def last_test(self) -> "LastTest | None":
        """The last test, unless the channel has pointed elsewhere since."""
        if self.tested_at is None or self.tested_settings != self._settings_digest():
            return None
        return LastTest(at=self.tested_at, problem=self.test_problem)

    def keep_test(self, problem: str) -> None:
        """Store the result of a test made now; `problem` is a sentence, empty if the test arrived."""
        self.tested_at, self.test_problem, self.tested_settings = clock.now(), problem, self._settings_digest()
        Channel.objects.filter(pk=self.pk).update(
            tested_at=self.tested_at, test_problem=self.test_problem, tested_settings=self.tested_settings
        )

    @property
    def has_secret(self) -> bool:
        return bool(self.encrypted_secret)

    def set_secret(self, secret: str) -> None:
        """Encrypt and keep the secret; an empty one is removed."""
        self.encrypted_secret = crypto.encrypt(secret) if secret else ""

    def reveal_secret(self) -> str:
        """The decrypted secret; raises `SecretUnreadable`."""
        return crypto.decrypt(self.encrypted_secret) if self.encrypted_secret else ""

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        problem = _problem_of_recipients(self.recipients) if self.kind == ChannelKind.EMAIL else self._problem_of_url()
        if problem:
            errors["address"] = problem
        for field, known in (("urgencies", URGENCIES), ("sentiments", SENTIMENTS)):
            chosen = getattr(self, field)
            if not isinstance(chosen, list) or not set(map(str, chosen)) <= set(known):
                errors[field] = f"Choose from {', '.join(known)}."
        if problem := problem_of_quiet_hours(self.quiet_hours):
            errors["quiet_hours"] = problem
        if problem := self._problem_of_escalation():
            errors["escalate_to"] = problem
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.escalate_to_id is None:
            self.escalate_minutes = None
        elif self.escalate_minutes is None:
            self.escalate_minutes = ESCALATE_MINUTES
        if self.kind == ChannelKind.SLACK:
            self._hide_path()
        elif self.kind != ChannelKind.WEBHOOK:
            self.encrypted_secret = ""
        super().save(*args, **kwargs)

    def _settings_digest(self) -> str:
        where = "\0".join((self.kind, self.address, self.encrypted_secret))
        return hashlib.blake2b(where.encode(), digest_size=16).hexdigest()

    def _problem_of_escalation(self) -> str:
        """A message that goes round in circles would alert the same people again and again."""
        following, seen = self.escalate_to, set[Any]()
        if following is not None and following.tenant_id != self.tenant_id:
            return "Choose a channel of the same tenant."
        while following is not None and following.pk not in seen:
            if following.pk == self.pk:
                name = self.escalate_to.name if self.escalate_to else ""
                return (
                    "A channel cannot pass alerts on to itself."
                    if self.escalate_to_id == self.pk
                    else f"“{name}” passes alerts on to “{self.name}” in turn, so they would go round in circles."
                )
            seen.add(following.pk)
            following = following.escalate_to
        return ""

    def _problem_of_url(self) -> str:
        try:
            validate_address(self.address.partition("?")[0] if self.kind == ChannelKind.SLACK else self.address)
        except ValidationError as error:
            return " ".join(error.messages)
        is_kept = _origin_of(self._whole_url()) == _origin_of(self.address)
        if self.kind == ChannelKind.SLACK and not _path_of(self.address) and not is_kept:
            return "Enter the full URL of the incoming webhook, as Slack shows it."
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
    """A form to compare e-mail addresses by: mail servers in use ignore case."""
    return address.strip().casefold()


def make_signing_secret() -> str:
    return SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signing_key(secret: str) -> bytes:
    """The bytes that sign a webhook; raises `ValueError` with a sentence."""
    try:
        key = base64.b64decode(secret.removeprefix(SIGNING_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SIGNING_PREFIX) or len(key) not in _SIGNING_BYTES:
        raise ValueError(f"A signing secret is {SIGNING_PREFIX} followed by 24 to 64 bytes in base64.")
    return key


def _problem_of_recipients(recipients: list[str]) -> str:
    if not recipients:
        return "Enter at least one e-mail address."
    if len(recipients) > MOST_RECIPIENTS:
        return f"Enter at most {MOST_RECIPIENTS} addresses. To reach more people, use a mailing list."
    for each in recipients:
        try:
            validate_email(each)
        except ValidationError:
            return f"“{each}” is not an e-mail address."
    return ""


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _path_of(url: str) -> str:
    return url.removeprefix(_origin_of(url)).strip("/")
