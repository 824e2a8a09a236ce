"""The helpdesks that can be connected, as a person chooses among them. Pure."""

from dataclasses import dataclass
from typing import Final

from tickets.helpdesks.presets import PRESETS

NATIVE_SLUG: Final = "native"
_STORED: Final = "house"
REST: Final = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A choice. `slug` is its name in URLs, `needs` what a person has to have at hand."""

    slug: str
    label: str
    needs: str

    def matches(self, wanted: str) -> bool:
        """Whether all words of the search are in its label or slug."""
        text = f"{self.label} {self.slug}".casefold()
        return all(word in text for word in wanted.casefold().split())


OTHER_WAYS: Final = (
    Product(
        slug=REST,
        label="Any JSON API",
        needs="For any helpdesk that lists its tickets as JSON. You describe the list and its fields.",
    ),
    Product(
        slug=NATIVE_SLUG,
        label="Native protocol",
        needs="For a helpdesk that serves its tickets at /external/support-tickets.",
    ),
)
"""For helpdesks that have no preset."""


def find_products(wanted: str = "") -> list[Product]:
    """Of the known helpdesks, those that match the search, by label."""
    products = (
        Product(slug=kind, label=preset.label, needs=f"You need: {_decapitalized(preset.key_label)}")
        for kind, preset in PRESETS.items()
    )
    return [each for each in products if each.matches(wanted)]


def kind_of(slug: str) -> str | None:
    """The stored kind for the name in a URL; None if there is no such helpdesk."""
    if slug == NATIVE_SLUG:
        return _STORED
    return slug if slug in PRESETS or slug == REST else None


def slug_of(kind: str) -> str:
    return NATIVE_SLUG if kind == _STORED else kind


def _decapitalized(text: str) -> str:
    """“API token” stays as it is; “Client secret” becomes “client secret”."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
