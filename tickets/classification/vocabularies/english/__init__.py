"""English: three categories, and the words that negate a term. Written by hand for support tickets."""

from tickets.classification.vocabularies.assembling import assemble_vocabulary

_NEGATORS = """
        not, no, never, none, nothing, nobody, no one, neither, nor, without, hardly, barely, scarcely, rarely,
        seldom, cannot, can't, cant, couldn't, couldnt, won't, wont, wouldn't, wouldnt, shouldn't, shouldnt,
        don't, dont, doesn't, doesnt, didn't, didnt, isn't, isnt, aren't, arent, wasn't, wasnt, weren't, werent,
        haven't, havent, hasn't, hasnt, hadn't, hadnt, ain't, aint, needn't, mustn't, no longer, not at all,
        not really, by no means, in no way, far from, anything but, nowhere near, lack of, lacks, lacking,
        lacked, fails to be, failed to be, stop being
    """

_NO_NEGATION = """
        not only, not just, not merely, not simply, not to mention, no doubt, without doubt, without a doubt,
        no wonder, no matter, no idea how, never been more, never been so, never felt so, never felt more,
        never was so, couldn't be more, could not be more, can't be more, never seen such, never had such,
        never experienced such, not until, why not, whether or not, if not, or not, nothing but, no less than,
        not least, never mind, don't hesitate, do not hesitate, can't help but, cannot help but, no more
    """

_FILLERS = """
    a an any the that this it its s is was were be been being are there very really so too super at all particularly
    especially exactly quite terribly overly extremely actually of sign signs evidence indication suspected known real
    such kind type sort have had has our my your yet longer currently necessarily considered consider think believe
    seem seems seeming look looks feel feels appear appears anything anyone further more strictly absolutely super
    immediate big major other
"""
_CLAUSE_WORDS = """
    but however although though because since and so yet except unless until while whereas which who then therefore
    instead still
"""

# "Does it close immediately?", "If a task is critical, …", but not "Where is my refund?"
_ASKS_IN_GENERAL = (
    r"\W*(?:re: )?(?:[^.?!:]{0,40}:\s*)?(?:(?:does|do you|is the|is an?|when|where|which|who|what|how|is there|are there)\b"
    r"(?!.*\b(?:my|our|me|us|you not|you people)\b).*\?"
    r"|if (?:the|one)\b(?!.*\b(?:my|our|me|us)\b).*\?"
    r"|[\w' ]{2,30} or [\w' ]{2,20}\?"
    r"|if (?:an?|any|some\w+)\b)"
)

VOCABULARY = assemble_vocabulary(
    __name__,
    language="en",
    negators=_NEGATORS,
    no_negation=_NO_NEGATION,
    fillers=_FILLERS,
    clause_words=_CLAUSE_WORDS,
    asks_in_general=_ASKS_IN_GENERAL,
)
