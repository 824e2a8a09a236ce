"""What pages about tickets show."""

from collections.abc import Iterable

from django import template

from supportsaas.web.jinja_templates import macro
from tickets.classification.highlighting import Segment

register = template.Library()


@register.simple_tag
def marked(segments: Iterable[Segment]) -> str:
    """A text with what was searched for and what decided marked in it."""
    return macro("tickets/marks.jinja", "marked")(segments)
