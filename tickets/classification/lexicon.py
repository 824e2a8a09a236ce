"""The vocabulary: three categories, and the words that negate a term.

Written by hand for support tickets. Increase `RULES_VERSION` with every change that can alter a verdict: a ticket's
digest includes it, so tickets that were classified by an older version can be found.
"""

from tickets.classification.lexicon_action import ACTION
from tickets.classification.lexicon_group import Group, split_terms
from tickets.classification.lexicon_negative import NEGATIVE
from tickets.classification.lexicon_positive import POSITIVE
from tickets.classification.lexicon_urgency import URGENCY

RULES_VERSION: int = 1

SENTIMENT: tuple[Group, ...] = NEGATIVE + POSITIVE

# Words that negate a term after them in the same clause.
NEGATORS: tuple[str, ...] = split_terms("""
    not, no, never, none, nothing, nobody, no one, neither, nor, without, hardly, barely, scarcely, rarely, seldom,
    cannot, can't, cant, couldn't, couldnt, won't, wont, wouldn't, wouldnt, shouldn't, shouldnt, don't, dont, doesn't,
    doesnt, didn't, didnt, isn't, isnt, aren't, arent, wasn't, wasnt, weren't, werent, haven't, havent, hasn't, hasnt,
    hadn't, hadnt, ain't, aint, needn't, mustn't, no longer, not at all, not really, by no means, in no way, far from,
    anything but, nowhere near, lack of, lacks, lacking, lacked, fails to be, failed to be, stop being
""")

# Negators in form only: "not only angry but …" negates nothing.
NO_NEGATION: tuple[str, ...] = split_terms("""
    not only, not just, not merely, not simply, not to mention, no doubt, without doubt, without a doubt, no wonder,
    no matter, not until, why not, whether or not, if not, or not, nothing but, no less than, not least, never mind,
    don't hesitate, do not hesitate, can't help but, cannot help but, no more
""")

# Words that may be between a negator and a term that only a close "not" negates ("not that urgent").
_FILLERS = """
    a an any the that this it its s is was were be been being are there very really so too super at all particularly
    especially exactly quite terribly overly extremely actually of sign signs evidence indication suspected known real
    such kind type sort have had has our my your yet longer currently necessarily considered consider think believe
    seem seems seeming look looks feel feels appear appears anything anyone further more strictly absolutely super
    immediate big major other
"""
FILLERS: frozenset[str] = frozenset(_FILLERS.split())

# Words at which the reach of a negator ends, as it does at punctuation.
_CLAUSE_WORDS = """
    but however although though because since and so yet except unless until while whereas which who then therefore
    instead still
"""
CLAUSE_WORDS: frozenset[str] = frozenset(_CLAUSE_WORDS.split())

# Emoticons and emoji with their sentiment.
FACES: dict[str, float] = {
    ":)": 1.0, ":-)": 1.0, ";)": 0.5, ";-)": 0.5, ":d": 1.5, ":-d": 1.5, "<3": 2.0,
    ":(": -1.5, ":-(": -1.5, ":'(": -2.0, ">:(": -2.5,
    "😀": 1.5, "😃": 1.5, "😄": 1.5, "😁": 1.5, "😊": 1.5, "🙂": 1.0, "😍": 2.5, "🥰": 2.5, "🤩": 2.5, "👍": 1.5,
    "👏": 1.5, "🎉": 1.5, "❤": 2.0, "💕": 2.0, "💯": 1.5, "🙌": 1.5,
    "😡": -3.0, "😠": -3.0, "🤬": -3.0, "😤": -2.5, "😒": -2.0, "🙄": -2.0, "😞": -2.0, "😢": -2.0, "😭": -2.0,
    "😩": -2.0, "😫": -2.0, "👎": -2.0, "💔": -2.5, "🤮": -3.0, "🖕": -3.0, "💩": -2.0, "🤦": -1.5,
}  # fmt: skip

__all__ = [
    "ACTION", "CLAUSE_WORDS", "FACES", "FILLERS", "NEGATORS", "NO_NEGATION", "RULES_VERSION", "SENTIMENT", "URGENCY",
    "Group",
]  # fmt: skip
