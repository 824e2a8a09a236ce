"""What is out of the ordinary of a tenant, as pages show it: templates get it as `insights`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analytics.counting import anchor_of
from analytics.insights.findings import Insights, Level
from analytics.insights.store import InsightStore
from analytics.insights.wording import LEVEL_NAMES, Sentence, compared_with, sentences
from supportsaas.web.page_paths import path_of
from tenants.models import Tenant

SECTION: Final = "Out of the ordinary"
"""The section of `docs/counting.md` that says how it is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInsights:
    """`sentences` are empty if nothing is out of the ordinary. `note`: if less than usual was compared."""

    level: Level
    level_name: str
    sentences: list[Sentence]
    counted_at: datetime
    note: str
    explained: str

    @classmethod
    def of(cls, found: Insights, tenant: Tenant) -> "ShownInsights":
        return cls(
            level=found.level,
            level_name=LEVEL_NAMES[found.level],
            sentences=sentences(found, tenant.zone),
            counted_at=found.counted_at,
            note=compared_with(found),
            explained=explanation_path(tenant.slug),
        )


def find_shown(tenant: Tenant) -> ShownInsights | None:
    """For a page of one tenant. None before the first look."""
    found = InsightStore(tenant).find()
    return ShownInsights.of(found, tenant) if found else None


def explanation_path(slug: str) -> str:
    return f"{path_of('counting', slug)}#{anchor_of(SECTION)}"
