"""The text of HTML as a person who opens the mail reads it. Pure.

It accepts whatever a customer may have sent, in time linear in its length: no pattern here can read past the next
`<`, and none backtracks.
"""

import re
from html import unescape
from typing import Final, Literal

_NAME = r"(?P<name>[a-zA-Z][a-zA-Z0-9:-]*+)(?=[\s/>])"
# A quoted value may hold `>`; if a quotation mark is not closed, the tag ends at the first `>`.
_ATTRIBUTES = r"(?P<attributes>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+(?=>)|[^<>]*+)"
_TAG: Final = re.compile(rf"<!--|-->|<(?P<closing>/?){_NAME}{_ATTRIBUTES}>|<[!?][^<>]*+>")
_LINE_BREAKS: Final = re.compile(r"[\r\n\f\v\x85\u2028\u2029]+")

_BLOCKS: Final = frozenset(
    ("address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset",
     "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
     "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul")
)  # fmt: skip
_CELLS: Final = frozenset(("td", "th"))
_WITHOUT_END: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)  # fmt: skip
_UNREAD: Final = frozenset(("style", "script", "title", "template", "noscript", "xml"))
_INLINE: Final = frozenset(
    ("a", "abbr", "b", "big", "code", "em", "font", "i", "label", "s", "small", "span", "strong", "sub", "sup", "u")
)  # fmt: skip
_OTHER: Final = frozenset(
    ("html", "head", "body", "meta", "img", "style", "title", "link", "base", "wbr", "td", "th", "caption",
     "colgroup", "col")
)  # fmt: skip
_KNOWN: Final = _BLOCKS | _INLINE | _OTHER

# What newsletters and mail programs put before the text for previews only, hidden from readers.
_HIDDEN_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|max-height)\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:[;!]|$)|(?<![-\w])opacity\s*:\s*0\s*(?:[;!]|$)",
    re.IGNORECASE,
)
_HIDDEN_ATTRIBUTE: Final = re.compile(r"\shidden(?=[\s=/]|$)", re.IGNORECASE)
_STYLE: Final = re.compile(r"\sstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_INVISIBLE: Final = str.maketrans(dict.fromkeys((0xAD, 0x34F, 0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF)))
_JOINERS: Final = "\u200c\u200d \t"

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ESCAPED_TAG: Final = re.compile(r"\s*(?:&lt;|&#60;|&#x3c;)/?(?P<name>[a-zA-Z][a-zA-Z0-9]*+)(?=[\s/&])", re.IGNORECASE)
_LEADING_COMMENTS: Final = re.compile(r"\A\ufeff?\s*(?:<!--(?:(?!-->).)*+-->\s*)*+", re.DOTALL)
_DOCUMENT: Final = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_INSPECTED: Final = 50_000
"""How many characters of a text decide whether it is HTML."""


def as_plain_line(text: str) -> str:
    """A subject, which helpdesks store as plain text: unchanged, except that entities are decoded if it has no tags."""
    return _without_entities(text) if "&" in text and "<" not in text else text


def as_plain_text(text: str) -> str:
    """The text of what looks like HTML; anything else is unchanged, but for entities in a text without tags.

    HTML starts with an HTML tag and has another, has a tag that starts a line right after a word (`Hello,<br>`), or
    has both tags and entities. So `a < b`, an address in `<>` and code quoted within a sentence stay as they are.
    """
    if "<" not in text and "&" not in text:
        return text
    if _ESCAPED_TAG.match(text) and "<" not in text:  # some helpdesks escape their HTML twice
        text = unescape(text)
    match _appearance_of(text):
        case "document":
            return to_plain_text(text)
        case "lines":
            return to_plain_text(text, keeps_lines=True)
        case _:
            return _without_entities(text) if "&" in text and not _TAG.search(text) else text


def _without_entities(text: str) -> str:
    return _ENTITY.sub(lambda found: unescape(found[0]), text)


def _appearance_of(text: str) -> Literal["document", "lines", "plain"]:
    """Whether the text is HTML from its start, plain lines with some HTML, or no HTML at all."""
    head = _LEADING_COMMENTS.sub("", text[:_INSPECTED])
    if _DOCUMENT.match(head):
        return "document"
    tags = [found for found in _TAG.finditer(head) if (found["name"] or "").lower().partition(":")[0] in _KNOWN]
    if not tags:
        return "plain"
    if not head[: tags[0].start()].strip():
        return "document" if _begins_html(tags) else "plain"
    has_entities = len(tags) > 1 and _ENTITY.search(head) is not None
    return "lines" if has_entities or any(_is_run_into(head, found) for found in tags) else "plain"


def _begins_html(tags: list[re.Match[str]]) -> bool:
    first = tags[0]
    name = first["name"].lower()
    if name in _INLINE:
        return any(found["closing"] for found in tags)
    return len(tags) > 1 or name in _WITHOUT_END or bool(first["attributes"].strip(" /"))


def _is_run_into(text: str, tag: re.Match[str]) -> bool:
    """Whether the tag starts a line right after a word or punctuation: `Hello,<br>`, not `a<p and b>`."""
    if tag["closing"] or tag["name"].lower() not in _BLOCKS:
        return False
    before, attributes = text[tag.start() - 1], tag["attributes"].strip(" /")
    return (before.isalnum() or before in ".,!?:;)>\u2026") and (not attributes or "=" in attributes)


def to_plain_text(markup: str, *, keeps_lines: bool = False) -> str:
    """The text of HTML, with a new line for each paragraph, row and item, and a space between cells.

    Quoted lines start with `>`, as in a plain-text mail. `keeps_lines`: line breaks of the text itself count, too.
    """
    tags = list(_TAG.finditer(markup))
    ends = _ends_of(tags)
    pieces: list[str] = []
    place = number = preformatted = quoted = 0
    while number < len(tags):
        found = tags[number]
        number += 1
        if found[0] == "-->":
            continue  # no comment is open: it is an arrow
        pieces.append(_text_between(markup[place : found.start()], keeps_lines=keeps_lines or preformatted > 0))
        place = found.end()
        name, step = (found["name"] or "").lower(), -1 if found["closing"] else 1
        if number - 1 in ends:  # hidden from here to its end
            last = ends[number - 1]
            if last is None:
                place = len(markup)
                break
            place, number = tags[last].end(), last + 1
        if name == "pre":
            preformatted = max(preformatted + step, 0)
        if name == "blockquote":
            quoted = max(quoted + step, 0)
        if name in _BLOCKS:
            pieces.append("\n> " if quoted else "\n")
        elif name in _CELLS:
            pieces.append(" ")
    pieces.append(_text_between(markup[place:], keeps_lines=keeps_lines or preformatted > 0))
    lines = (" ".join(line.split()) for line in unescape("".join(pieces)).translate(_INVISIBLE).split("\n"))
    return "\n".join(line for line in lines if line.strip(_JOINERS) not in ("", ">"))


def _text_between(text: str, *, keeps_lines: bool) -> str:
    return _LINE_BREAKS.sub("\n" if keeps_lines else " ", text)


def _ends_of(tags: list[re.Match[str]]) -> dict[int, int | None]:
    """For each tag that starts something hidden, the tag that ends it; None for the end of the text.

    A comment, script, style or title that is never closed hides everything after it, as in a browser. Any other hidden
    element that is never closed hides nothing, so that no text of a sloppy mail is lost.
    """
    ends: dict[int, int | None] = {}
    open_elements: dict[str, list[int]] = {}
    unread_until = ""
    began = 0
    for number, found in enumerate(tags):
        name = (found["name"] or "").lower()
        if unread_until:
            if found[0].endswith(unread_until) or (found["closing"] and name == unread_until):
                ends[began] = number
                unread_until = ""
        elif found[0] == "<!--" or (name in _UNREAD and not found["closing"]):
            unread_until, began = name or "-->", number
            ends[number] = None
        elif not name or name in _WITHOUT_END:
            continue
        elif not found["closing"]:
            open_elements.setdefault(name, []).append(number)
        elif opened := open_elements.get(name):
            start = opened.pop()
            if _is_hidden(tags[start]["attributes"]):
                ends[start] = number
    return ends


def _is_hidden(attributes: str) -> bool:
    style = _STYLE.search(attributes)
    if style is not None and _HIDDEN_STYLE.search(style[1] or style[2] or ""):
        return True
    return _HIDDEN_ATTRIBUTE.search(_QUOTED.sub("", attributes)) is not None
