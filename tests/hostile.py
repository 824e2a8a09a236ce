"""Text that wants to be more than text, as it comes from helpdesks and forms; and a reader of pages that notices."""

from html.parser import HTMLParser

CORPUS = {
    "script": "<script>alert('owned')</script>",
    "closing": "</script></style></textarea></title><script>alert('owned')</script>",
    "image": "<img src=x onerror=alert('owned')>",
    "double quotes": "\"><svg onload=alert('owned')>",
    "single quotes": "' onmouseover='alert(1)' x='",
    "no quotes": "x onfocus=alert(1) autofocus=",
    "link": "javascript:alert('owned')",
    "data": "data:text/html,<script>alert('owned')</script>",
    "comment": "--><!--<b>",
    "template": "{{ 7|add:7 }}{% debug %}{% load static %}",
    "expression": "${7*7} #{7*7} <%= 7*7 %>",
    "operator": '{"$ne": null} $where [$gt]=',
    "right to left": "invoice\u202efdp.exe\u202c \u2066isolated\u2069 \u200fmark",
    "unclosed": "\u202e\u2067\u202b never closed",
    "arabic": "\u0645\u0631\u062d\u0628\u0627 help",
    "zero width": "pay\u200bpal\ufeff \u2060ad\u00admin",
    "nul and controls": "a\0b\x08c\x1b[31md\x7f",
    "line ends": "a\r\nSet-Cookie: owned=1\r\n\r\n<b>body</b>",
    "paths": "../../etc/passwd\\..\\?tenant_id=globex#x%00%0a",
    "formula": '=HYPERLINK("http://evil.example";"click")',
    "marks": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031ea\u0349lgo",
    "wide": "\U0001f525\U0001f3f3\ufe0f\u200d\U0001f308",
}

_MARKUP_OF_NOBODY = {"iframe", "object", "embed", "base", "style", "b", "template", "foreignobject"}


_ADDRESSES = {"href", "src", "action", "formaction", "hx-get", "hx-post"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        is_data = values.get("type") == "application/json"
        if tag == "script" and not is_data and not values.get("src", "").startswith(("/static/", "/admin/jsi18n/")):
            self.problems.append(f"<script> that is no file of ours: {values}")
        if tag == "img" and not values.get("src", "").startswith("/static/"):
            self.problems.append(f"<img> that is no file of ours: {values}")
        is_of_palette = tag == "template" and values.get("id") == "palette-links"
        if tag in _MARKUP_OF_NOBODY and not is_of_palette:
            self.problems.append(f"<{tag}>")
        for name, value in values.items():
            if name.startswith("on") or name == "style":
                self.problems.append(f"<{tag} {name}={value!r}>")
            has_scheme = name in _ADDRESSES and ":" in value.split("/")[0].split("?")[0]
            if has_scheme and not value.startswith(("http://", "https://", "data:image/", "mailto:")):
                self.problems.append(f"<{tag} {name}={value!r}>")


def problems_of(html: str) -> list[str]:
    """What in the page is more than our own markup and text."""
    reader = _Reader()
    reader.feed(html)
    return reader.problems
