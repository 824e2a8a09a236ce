"""The brake on deleting too many tickets at once."""


def brake_applies(*, gone: int, stored: int, seen: int | None, most: int, most_percent: int) -> bool:
    """Whether so many deletions at once look like a fault of the helpdesk rather than the truth.

    A listing that is empty where tickets were before never deletes; otherwise more than `most`
    and more than `most_percent` of all at once need a person's word. `seen`: how many tickets were
    listed; None where they are gone because the helpdesk names them as deleted.
    """
    if gone == 0:
        return False
    if seen == 0:
        return True
    return gone > most and gone * 100 > stored * most_percent
