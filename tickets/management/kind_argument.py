"""The `--kind` option of commands. The native protocol is stored as `house`, which stays valid as an alias."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from typing import Final

_NATIVE: Final = "native"
_STORED: Final = "house"


def add_kind_argument(parser: ArgumentParser, kinds: Iterable[str]) -> None:
    """Add a required `--kind` that takes one of `kinds` and gives its stored value."""
    stored = {_NATIVE if kind == _STORED else kind: kind for kind in kinds}
    names = ", ".join(stored)

    def stored_kind(text: str) -> str:
        if text == _STORED:
            return _STORED
        try:
            return stored[text]
        except KeyError:
            raise ArgumentTypeError(f"invalid choice: {text!r} (choose from {names})") from None

    parser.add_argument("--kind", type=stored_kind, required=True, metavar="KIND", help=f"one of {names}")
