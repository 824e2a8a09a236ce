"""The numbers of a period and filter as sentences: what mails say and pages that are shared show."""

from dataclasses import dataclass
from datetime import datetime

from analytics.dashboard.wording import comparison_text
from analytics.insights.store import InsightStore
from analytics.insights.wording import plain, sentences
from analytics.numbers import find_numbers
from analytics.selection import Selection
from analytics.sharing.mails import Summary
from analytics.sharing.wording import number_sentences
from tenants.models import Tenant
from tickets.records.period_wording import period_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidNumbers:
    """`undated` are the same sentences without the dates of the period before: equal as long as the numbers are."""

    summary: Summary
    undated: tuple[str, ...]


def say_numbers(tenant: Tenant, selection: Selection, *, title: str, with_insights: bool, now: datetime) -> SaidNumbers:
    zone, period = tenant.zone, selection.chosen.period
    figures, context = find_numbers(tenant, selection, now)
    about = ", ".join(filter(None, (period_text(period, zone), selection.filter_text)))
    insights = InsightStore(tenant).find() if with_insights else None
    unusual = tuple(plain(each) for each in sentences(insights, zone)) if insights else ()
    lines = number_sentences(figures, comparison_text(period, context.comparison, zone, now))
    return SaidNumbers(
        summary=Summary(title=title, about=f"{about} ({zone.key})", lines=(*unusual, *lines)),
        undated=(*unusual, *number_sentences(figures, "the period before")),
    )
