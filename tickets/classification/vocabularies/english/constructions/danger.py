"""What makes a ticket always high without any of its words: other people's data in view."""

from tickets.classification.vocabularies.english.constructions.phrasing import always_high

_DATA = """(?:data|details|orders?|invoices?|account|accounts|addresse?s?|records?|files?|documents?|bookings?|
            messages?|tickets?|statements?|payslips?|medical|bank)"""

PATTERNS = (
    *always_high(
        "other people's data",
        "breach",
        f"""(?:see|sees|seeing|shows?|showing|shown|got|get|received|access|open|view|into) ..4 <else's|customer's|
            person's|company's|stranger's|client's|patient's|user's> ..2 {_DATA}""",
        f"""<somebody else's|someone else's|another customer's|another company's|other customers'|other people's|
            a stranger's|another person's|another patient's> ..1 {_DATA} (?:in|on|visible|appear|shown|under|when)""",
        f"""{_DATA} (?:of|from|belonging to) (?:an? |another |other |some )?<another company|another customer|
            other customers|other companies|another person|a stranger|strangers|other patients|a company we|a person we|
            a person i|people we|people i>(?! (?:say|said|told|write))""",
    ),
)
