"""The brake on deleting too many tickets at once."""


def brake_applies(*, deletions: int, stored: int, seen: int | None, most: int, most_percent: int) -> bool:
    """Whether this many deletions at once look like a problem in the helpdesk rather than the truth.

    An empty listing never deletes the tickets that were there before; otherwise a person has to confirm more than
    `most` deletions that are also more than `most_percent` of all stored tickets. `seen`: how many tickets were
    listed; None if the helpdesk names the deleted ones itself.
    """
    if deletions == 0:
        return False
    if seen == 0:
        return True
    return deletions > most and deletions * 100 > stored * most_percent
