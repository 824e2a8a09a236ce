"""What to do about a run that failed or ended with a warning, by its code."""

_BY_CODE = {
    "unreachable": "Check that the helpdesk is up and the source’s address is right, then run again.",
    "timeout": "Run again later. If the problem persists, choose a smaller page size in the source’s settings.",
    "refused_login": "Enter a new key or password in the source’s settings. The tickets imported so far are kept.",
    "not_found": "Correct the source’s address, then run again.",
    "rejected": "Compare the source’s settings with the helpdesk’s documentation.",
    "server_error": "The problem is in the helpdesk. Run again later; the run continues where it stopped.",
    "rate_limited": "The helpdesk limits requests. Wait a few minutes; if the problem persists, ask its admin for a higher limit.",
    "not_json": "The address probably leads to a sign-in or maintenance page. Open it in a browser to check.",
    "unexpected_answer": "The source may have the wrong kind for this helpdesk. Check its settings.",
    "failed_answer": "The problem is in the helpdesk. Run again later; the run continues where it stopped.",
    "too_large": "Choose a smaller page size in the source’s settings.",
    "redirect": "Enter the address that the helpdesk redirects to as the source’s address.",
    "misconfigured": "Complete the source’s settings, then run again.",
    "locked": "Nothing is lost. Wait until the other run has ended.",
    "lock_lost": "Nothing is lost: the other run continues. If this happens often, the machine is overloaded.",
    "database": "Run again once the database is available; the run continues where it stopped.",
    "internal": "Run again. If it fails again, give the job id to your administrator.",
    "interrupted": "Run again; the run continues where it stopped.",
    "bad_file": "Correct the file, or say how to read it, then import it again; tickets that were imported before are not duplicated.",
    "short_listing": "Usually tickets moved while they were read. The next full re-sync resolves it.",
    "moved_listing": "Sort by an order in which tickets stay in place while they are read: by id, ascending.",
    "since_filter": "Check since_format in the source’s settings, or leave since_param out.",
    "messages_unread": "Give the key access to these tickets’ messages, or leave it: they are requested again.",
    "connections": "The connections below say what to do about each. The next run reads all of them again.",
    "deletion_brake": "If tickets really were deleted in the helpdesk, an admin can confirm the deletion above.",
}


def advice(code: str | None) -> str:
    """A sentence for people; a general one if the code is unknown."""
    return _BY_CODE.get(code or "", "Run again; the tickets imported so far are kept.")
