"""Mapping statuses, also when two people do so at the same time."""

from collections.abc import Mapping

from supportsaas.db.model_transaction import in_transaction, open_session
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tickets.records.cleaning import clean_text
from tickets.records.statuses import MAPPABLE_STATUSES, fold_status, spell_status, state_of
from tickets.status_mapping.model import LONGEST_STATUS, StatusMapping, find_mappings
from tickets.status_mapping.remapping import REMAPPING

FIELD = "status:"
"""The name of a form field starts with this; the helpdesk's status follows."""
MOST_MAPPINGS = 500


def save_meanings(tenant: Tenant, chosen: Mapping[str, str]) -> int:
    """Save what the helpdesk's statuses mean (an empty meaning unmaps one); how many meanings changed.

    All of them or none. Raises `Rejected`.
    """
    wanted: dict[str, tuple[str, str]] = {}
    for theirs, ours in chosen.items():
        spelled = spell_status(clean_text(theirs))
        if ours and ours not in MAPPABLE_STATUSES:
            raise Rejected(f"“{ours[:40]}” is not a status that can be mapped to. Nothing was saved.")
        if ours and state_of(spelled) != "unknown":
            raise Rejected(f"“{spelled}” already has a meaning that cannot be changed. Nothing was saved.")
        if len(spelled) > LONGEST_STATUS:
            raise Rejected(f"A status has at most {LONGEST_STATUS} characters. Nothing was saved.")
        if ours or fold_status(spelled) not in wanted:
            wanted[fold_status(spelled)] = (spelled, ours)
    saved = 0

    def work() -> None:
        nonlocal saved
        saved = 0
        REMAPPING.request(tenant, session=open_session())  # of two transactions at the same time, one runs again
        present = {each.folded: each for each in find_mappings(tenant)}
        for folded, (theirs, ours) in wanted.items():
            mapping = present.get(folded)
            if ours == (mapping.ours if mapping else ""):
                continue
            if mapping and not ours:
                mapping.delete()
            else:
                mapping = mapping or StatusMapping(tenant=tenant, theirs=theirs)
                mapping.ours = ours
                mapping.save()
            saved += 1
        if StatusMapping.objects.filter(tenant=tenant).count() > MOST_MAPPINGS:
            raise Rejected(f"At most {MOST_MAPPINGS} statuses can be mapped. Nothing was saved.")

    in_transaction(work)
    return saved
