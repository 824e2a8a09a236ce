"""Rows of tickets, and texts with their marks: each written in one go.

Node by node in a template a page of fifty would take several times as long as the database takes to find them.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from supportsaas.formatting import format_label
from supportsaas.templatetags.presentation import age, badge
from supportsaas.web.markup import written
from supportsaas.web.page_paths import GAP, path_with_gap
from tenants.access import TenantAccess
from tickets.classification.highlighting import Segment

register = template.Library()

SUBJECT, LINE = 200, 160
"""So many characters of a ticket's subject and message stand in its row."""


@register.simple_tag(takes_context=True)
def ticket_rows(
    context: template.Context, tickets: Iterable[Mapping[str, Any]], *, with_customer: bool, search_query: str = ""
) -> SafeString:
    """A `<tr>` a ticket, each a link by its subject; `search_query` leads on to the ticket."""
    access: TenantAccess = context["access"]
    ticket_path = path_with_gap("ticket", access.tenant.slug, GAP)
    customer_path = path_with_gap("customer", access.tenant.slug, GAP)
    query = f"?{search_query}" if search_query else ""

    def customer(of: str) -> str:
        if not with_customer:
            return ""
        link = (
            f'<a href="{escape(customer_path.filled(of))}">{escape(of)}</a>' if of else '<span class="muted">–</span>'
        )
        return f'<td class="customer">{link}</td>'

    return written(
        f'<tr class="row-link"><td>{badge("urgency", each["urgency"])}</td>'
        f'<td class="wide"><a class="row-target" href="{escape(ticket_path.filled(each["external_id"]) + query)}">'
        f"{_text(each, 'subject', SUBJECT)}</a>"
        f'<span class="line muted">{_text(each, "message", LINE)}</span></td>'
        f"{customer(each['customer_id'])}"
        f"<td>{badge('status', each['status'])}</td><td>{badge('sentiment', each['sentiment'])}</td>"
        f'<td class="nowrap">{escape(format_label(each["source"]))}</td>'
        f'<td class="number">{age(context, each["created_at"])}</td></tr>'
        for each in tickets
    )


@register.simple_tag
def marked(segments: Iterable[Segment]) -> SafeString:
    """A text with what was searched for and what decided marked in it."""
    return written(map(_marked, segments), between="")


def _text(ticket: Mapping[str, Any], name: str, length: int) -> str:
    """After a search the text comes in segments."""
    segments = ticket.get(f"marked_{name}")
    if segments:
        return marked(segments)
    return escape(ticket[name][:length]) if ticket[name] else f"(no {name})"


def _marked(segment: Segment) -> str:
    text = escape(segment.text)
    if not segment.is_hit and not segment.evidence:
        return text
    classes = ["hit"] if segment.is_hit else []
    if segment.evidence:
        classes += [f"mark-{segment.label}"]
        classes += ["spoke-against"] if not (segment.decided or segment.is_hit) else []
    title = f' title="{escape(segment.title)}"' if segment.evidence else ""
    return f'<mark class="{" ".join(classes)}"{title}>{text}</mark>'
