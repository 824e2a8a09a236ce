"""Emoticons and emoji with their sentiment, which are the same in all languages. Pure."""

import re
from typing import Final

FACES: Final[dict[str, float]] = {
    ":)": 1.0, ":-)": 1.0, ";)": 0.5, ";-)": 0.5, ":d": 1.5, ":-d": 1.5, "<3": 2.0,
    ":(": -1.5, ":-(": -1.5, ":'(": -2.0, ">:(": -2.5,
    "😀": 1.5, "😃": 1.5, "😄": 1.5, "😁": 1.5, "😊": 1.5, "🙂": 1.0, "😍": 2.5, "🥰": 2.5, "🤩": 2.5, "👍": 1.5,
    "👏": 1.5, "🎉": 1.5, "❤": 2.0, "💕": 2.0, "💯": 1.5, "🙌": 1.5,
    "😡": -3.0, "😠": -3.0, "🤬": -3.0, "😤": -2.5, "😒": -2.0, "🙄": -2.0, "😞": -2.0, "😢": -2.0, "😭": -2.0,
    "😩": -2.0, "😫": -2.0, "👎": -2.0, "💔": -2.5, "🤮": -3.0, "🖕": -3.0, "💩": -2.0, "🤦": -1.5,
}  # fmt: skip

FACE: Final = re.compile(
    "|".join(re.escape(face) + (r"(?!\w)" if face[-1].isalnum() else "") for face in sorted(FACES, reverse=True))
)
"""A face in a text in lower case."""
