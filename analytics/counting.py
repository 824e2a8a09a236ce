"""How the numbers are counted, in words: docs/counting.md is the one text, which a page of the product shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings

DOCUMENT = "counting.md"
_MARKED = re.compile(r"`([^`]+)`|\*([^*]+)\*")


@dataclass(frozen=True, slots=True)
class Words:
    """A part of a text; `kind` says how it looks."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the items of a list."""

    items: tuple[tuple[Words, ...], ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Section:
    """`anchor` is that of the heading, as code hosts make it too."""

    title: str
    anchor: str
    blocks: tuple[Block, ...]


@cache
def find_sections() -> tuple[Section, ...]:
    """The document's sections. Its text before the first one has no title."""
    text = (settings.BASE_DIR / "docs" / DOCUMENT).read_text(encoding="utf-8")
    first, *sections = re.split(r"^## ", text.partition("\n")[2], flags=re.MULTILINE)
    return (Section("", "", tuple(_blocks(first))), *(_section(each) for each in sections))


def _section(text: str) -> Section:
    title, _, body = text.partition("\n")
    return Section(title, anchor_of(title), tuple(_blocks(body)))


def anchor_of(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _blocks(text: str) -> Iterator[Block]:
    for paragraph in filter(None, (each.strip() for each in text.split("\n\n"))):
        if paragraph.startswith("- "):
            items = re.split(r"^- ", paragraph, flags=re.MULTILINE)[1:]
            yield Block(tuple(tuple(_words(each)) for each in items), is_list=True)
        else:
            yield Block((tuple(_words(paragraph)),), is_list=False)


def _words(text: str) -> Iterator[Words]:
    """The text on one line, cut where its look changes."""
    line, at = " ".join(text.split()), 0
    for found in _MARKED.finditer(line):
        yield Words(line[at : found.start()])
        yield Words(found[1], "code") if found[1] else Words(found[2], "em")
        at = found.end()
    yield Words(line[at:])
