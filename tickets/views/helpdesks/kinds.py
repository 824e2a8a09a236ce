"""What an admin needs to know about each kind of helpdesk before connecting one."""

from dataclasses import dataclass
from typing import Any

from tickets.helpdesks.model import KIND_LABELS, AuthKind, SourceKind
from tickets.helpdesks.presets import PRESETS
from tickets.helpdesks.presets.preset import Preset


@dataclass(frozen=True, slots=True)
class KindHelp:
    """What an admin needs to know to connect a type of helpdesk, and the form's initial values."""

    description: str
    authentication: str
    auth: str = AuthKind.NONE.value
    auth_name: str = ""
    options: dict[str, Any] | None = None

    @property
    def has_options(self) -> bool:
        return self.options is not None


def _help_of(preset: Preset) -> KindHelp:
    return KindHelp(
        preset.reads,
        f"{preset.key_label}. {preset.key_help} {preset.rights}",
        auth=preset.auth,
        auth_name=preset.auth_name,
        options={each.name: each.default for each in preset.variables},
    )


HELP: dict[str, KindHelp] = {
    SourceKind.NATIVE: KindHelp(
        "A helpdesk that serves pages of tickets at /external/support-tickets.",
        "Most need no authentication. If yours does: a header, a bearer token, or a user name and password.",
    ),
    SourceKind.REST: KindHelp(
        "Any helpdesk that lists its tickets as JSON. The connector settings say where the list is, how it is paged, "
        "and which field is which.",
        "Whatever your helpdesk’s API requires: a header, a bearer token, or a user name and password.",
        auth=AuthKind.BEARER.value,
        options={
            "path": "/api/tickets",
            "records": "tickets",
            "paging": "page",
            "fields": {"id": "id", "created_at": "created_at", "subject": "subject", "message": "description"},
        },
    ),
    **{kind: _help_of(preset) for kind, preset in PRESETS.items()},
}


def kinds_with_help() -> list[tuple[str, str, KindHelp]]:
    """Each kind with its label, in the order in which they are offered."""
    return [(kind, label, HELP[kind]) for kind, label in KIND_LABELS.items()]
