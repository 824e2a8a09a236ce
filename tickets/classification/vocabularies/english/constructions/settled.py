"""What is no longer urgent: help that came quickly, and money that has arrived."""

from tickets.classification.vocabularies.english.constructions.phrasing import calming, fulfilled

_NOT_YET = r"(?:(?!not\b|never\b|no\b|nothing\b|still\b|until\b|once\b|hasn't\b|haven't\b|if\b|when\b|before\b)[^\s.!?]+(?:\.\d+)? ){0,8}"
_NOT_NONE = r"(?<!\bno\x20refund)(?<!\bno\x20money)(?<!\bno\x20reimbursement)"
_BUT = "but|although|though|however|except"
_NO_BUT = f"(?! // (?:{_BUT})| ..4 // (?:{_BUT}))"

PATTERNS = (
    *fulfilled(
        "money has come",
        1.0,
        rf"""<refund|reimbursement|repayment|money>{_NOT_NONE} {_NOT_YET}(?:has arrived|have arrived|arrived|has come|is here|
            came|came through){_NO_BUT}""",
        rf"""<refund|reimbursement|repayment>{_NOT_NONE} {_NOT_YET}(?:credited|received|on my account|on our account|
            in my account|in our account)(?! to the wrong){_NO_BUT}""",
        rf"(?:i|we|just|have|'ve|already|finally|thanks|thank you) // (?:got|received) (?:my|our|the|all my) <money back>{_NO_BUT}",
        "<refunded> (?:me |us |it |everything |the \\w+ )?(?:within|in|the same|the next|at once|immediately|without)",
    ),
    *calming(
        "help came quickly",
        1.0,
        """(?:brought|came|was|were|been|called|rang|answered|replied|arrived|helped|reacted|sent|got|solved|fixed|
            repaired|replaced|had|here) ..8 <within the hour|within an hour|within 24 hours|at once|immediately|
            right away|straight away|without delay>""",
    ),
    *calming(
        "it was urgent",
        1.0,
        """(?:had|looked like|was|wrote|had written|i wrote|marked|thought|felt like) ..3 <urgent|an emergency|critical|
            a critical one|a catastrophe> ..6 // (?:and|until|but|you|your|she|he|they) ..2 (?:took|treated|came|solved|fixed|
            explained|answered|helped|was solved|found)""",
    ),
)
