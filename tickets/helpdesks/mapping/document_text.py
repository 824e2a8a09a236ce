"""The text of an Atlassian document (ADF), in which Jira keeps descriptions and comments. Pure.

The format: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from collections.abc import Iterator
from typing import Any, Final

_BLOCKS: Final = frozenset(
    ("blockquote", "bulletList", "codeBlock", "expand", "heading", "listItem", "orderedList", "panel", "paragraph", "rule",
     "table", "tableRow", "taskItem", "decisionItem", "mediaGroup", "mediaSingle")
)  # fmt: skip
_NAMED_BY: Final = ("text", "shortName", "url", "alt")
"""The attributes that name a mention, an emoji, a link card or a picture."""


def is_document(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "doc" and isinstance(value.get("content"), list)


def document_text(document: dict[str, Any]) -> str:
    """The plain text, one line per block, without empty lines."""
    lines = "".join(_pieces(document)).split("\n")
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _pieces(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    kind = node.get("type")
    if kind == "text" and isinstance(node.get("text"), str):
        yield node["text"]
        return
    if kind == "hardBreak":
        yield "\n"
        return
    if kind in _BLOCKS:
        yield "\n"
    attributes = node.get("attrs")
    if isinstance(attributes, dict) and kind not in _BLOCKS:
        yield next((attributes[name] for name in _NAMED_BY if isinstance(attributes.get(name), str)), "")
    content = node.get("content")
    for child in content if isinstance(content, list) else ():
        yield from _pieces(child)
    if kind == "tableCell" or kind == "tableHeader":
        yield " "
    if kind in _BLOCKS:
        yield "\n"
