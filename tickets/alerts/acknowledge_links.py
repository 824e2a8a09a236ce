"""The signed link by which a message is acknowledged: it names the message, and ends after a while.

The link alone lets nobody in. Who opens it signs in, needs access to the tenant, and presses a button: programs that
follow the links of a mail acknowledge nothing. Opened again, it shows who was first.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core import signing

LASTS: Final = timedelta(days=14)
_SALT: Final = "acknowledge-alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeLink:
    tenant_id: str
    message: str
    has_ended: bool


def acknowledge_token(tenant_id: str, message: str, *, at: datetime) -> str:
    """Signed with the time of the message and not with that of the attempt, so that all attempts are the same."""
    return signing.Signer(salt=_SALT).sign_object([tenant_id, message, int(at.timestamp())])


def read_acknowledge_token(token: str, *, now: datetime) -> AcknowledgeLink | None:
    """What the link names; None if it is not one of ours."""
    try:
        tenant_id, message, second = signing.Signer(salt=_SALT).unsign_object(token)
        at = datetime.fromtimestamp(second, UTC)
    except (signing.BadSignature, ValueError, TypeError, OverflowError):
        return None
    return AcknowledgeLink(tenant_id=tenant_id, message=message, has_ended=now - at > LASTS)
