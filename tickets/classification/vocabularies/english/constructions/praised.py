"""Praise that is worded as a negation or a thank-you to somebody."""

from tickets.classification.vocabularies.english.constructions.phrasing import praise

PATTERNS = (
    *praise(
        "high praise",
        2.5,
        """(?:couldn't|could not|can't|cannot|couldnt) (?:have )?(?:been|be|get|ask for|felt|imagine|
            asked for) (?:any |an? )?<nicer|kinder|better|happier|faster|easier|smoother|friendlier|more helpful|
            more friendly|more pleased|more happy|more satisfied|more impressed|more professional|more grateful|
            more polite|more patient>(?! (?:off|without))""",
        r"(?:thank|praise|recommend) (?:you|them|him|her|it|this|your \w+) (?:all )?<enough>",
    ),
    *praise(
        "the best ever",
        2.5,
        r"<best> \w+ (?:(?:i|we)(?:'ve| have)? (?:ever )?(?:had|used|seen|flown|tried|met)|ever|by far|in town)",
    ),
    *praise(
        "better than expected",
        1.5,
        r"<finally> an? (?:company|airline|bank|shop|support|provider|app|\w+) (?:that|who|which)",
        "<nothing but> (?:praise|good|great|love|positive|the best|nice|kind)",
        "<never had> (?:a|any|an|one|a single) (?:problems?|issues?|complaints?|trouble)",
    ),
    *praise(
        "thanks to somebody",
        1.0,
        r"""<thanks to|thank you to|shout out to|shoutout to|kudos to|props to|credit to|hats off to|
            compliments to> (?:your|@\w+|\w+ (?:at|in|from|on|and|for)|all|everyone|my)(?! (?:delay|late|incompeten|
            fault|lack|poor|terrible|bad|cancel|system|policy))""",
    ),
)
