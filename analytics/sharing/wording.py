"""A period's numbers as sentences, for mails and pages that others read. Pure."""

from analytics.dashboard.wording import change
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count, format_number

_COMPARED = (("total", "tickets"), ("high", "high urgency"), ("negative", "negative"), ("action", "needs action"))
"""Open tickets are not compared: more tickets of the older period are closed by now, so the number would always grow."""


def number_sentences(figures: DashboardFigures, comparison: str) -> tuple[str, ...]:
    """`comparison`: the period before, in words."""
    totals = figures.totals
    if not totals.total:
        return ("No tickets in this period.",)
    said = [
        f"{format_count(totals.total, 'ticket')}, of which {format_number(totals.high)} with high urgency, "
        f"{format_number(totals.negative)} negative and {format_number(totals.action)} that need action.",
        f"{format_number(totals.open)} of them {'is' if totals.open == 1 else 'are'} still open.",
    ]
    if totals.not_classified:
        said.append(f"{format_count(totals.not_classified, 'ticket')} could not be classified.")
    if not figures.has_earlier_data:
        return (*said, "There is no earlier data to compare with.")
    changes = (
        f"{name} {change(getattr(totals, field), getattr(figures.previous, field)).text}" for field, name in _COMPARED
    )
    return (*said, f"Compared with {comparison}: {', '.join(changes)}.")
