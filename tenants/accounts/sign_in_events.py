"""Log-ins in the log and in the metrics: who came in, who did not, and from where.

A line names people by their key, as every other does, and the address they came from; what was typed as a name
stands in it as a digest alone, because people type passwords there.
"""

import hashlib
import hmac
import logging
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from supportsaas.ops import metrics
from supportsaas.web.client_address import client_address
from tenants.models import User

logger = logging.getLogger(__name__)


class SignInEvent(StrEnum):
    """What the metric `supportsaas_log_ins_total` counts, and the word in the log."""

    LOGGED_IN = "logged_in"
    RIGHT = "password_right"
    """A code of the second factor is still to come."""
    WRONG = "password_wrong"
    CODE_WRONG = "code_wrong"
    THROTTLED = "throttled"
    LOGGED_OUT = "logged_out"
    CHANGED = "password_changed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"


_WARNINGS = {SignInEvent.WRONG, SignInEvent.CODE_WRONG, SignInEvent.THROTTLED}


def note(event: SignInEvent, request: HttpRequest | None, *, user: User | None = None, name: str = "") -> None:
    """Log and count it. `name`: what was typed, where nobody is known by it."""
    metrics.observe_sign_in(event)
    facts = {"event": event.value}
    if request is not None:
        facts["client"] = client_address(request)
    if user is not None:
        facts["person"] = str(user.pk)
    elif name:
        facts["name_digest"] = name_digest(name)
    logger.log(logging.WARNING if event in _WARNINGS else logging.INFO, "%s", event.value, extra={"facts": facts})


def name_digest(name: str) -> str:
    """The same for the same name, and of no use to whoever does not have the SECRET_KEY."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, name.casefold().encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]


def connect() -> None:
    user_logged_out.connect(_note_log_out, dispatch_uid="tenants.accounts.sign_in_events")


def _note_log_out(request: HttpRequest, user: User | None, **_: object) -> None:
    if user is not None:
        note(SignInEvent.LOGGED_OUT, request, user=user)
