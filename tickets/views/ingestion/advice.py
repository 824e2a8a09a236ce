"""What to do about a run that did not end well, by the code it left."""

_BY_CODE = {
    "unreachable": "Check that the helpdesk is up and that the address of the source is right, then run the ingestion again.",
    "timeout": "Run the ingestion again later. If it stays, choose a smaller page size in the source.",
    "refused_login": "Enter a fresh key or password in the source. Everything stored so far stays.",
    "not_found": "Correct the address of the source, then run the ingestion again.",
    "rejected": "Compare the source’s settings with the helpdesk’s documentation.",
    "server_error": "The fault is at the helpdesk. Run the ingestion again later; it goes on where it stopped.",
    "rate_limited": "The helpdesk wants fewer requests. Wait some minutes; if it stays, ask for a higher limit there.",
    "not_json": "The address probably leads to a log-in or maintenance page. Open it in a browser to see.",
    "unexpected_answer": "The source’s kind may be the wrong one for this helpdesk. Check its settings.",
    "failed_answer": "The fault is at the helpdesk. Run the ingestion again later; it goes on where it stopped.",
    "too_large": "Choose a smaller page size in the source.",
    "redirect": "Enter the address the helpdesk redirects to as the address of the source.",
    "misconfigured": "Complete the source’s settings, then run the ingestion again.",
    "locked": "Nothing is lost. Wait for the other run to end.",
    "lock_lost": "Nothing is lost: the other run goes on. If it happens often, the machine is overloaded.",
    "database": "Run the ingestion again once the database answers; it goes on where it stopped.",
    "internal": "Run it again. If it fails again, give the job’s number to whoever runs this server.",
    "interrupted": "Run the ingestion again; it goes on where it stopped.",
    "bad_file": "Correct the file, or say how it is to be read, then import it again; what came in before is not doubled.",
    "short_listing": "Usually tickets moved while they were read. The next full read settles it.",
    "moved_listing": "Choose an order in which tickets stay in place while they are read: by id, ascending.",
    "since_filter": "Check since_format in the source’s settings, or leave since_param out.",
    "deletion_brake": "If tickets really were removed at the helpdesk, an admin can confirm the deletion above.",
}


def advice(code: str | None) -> str:
    """A sentence for people; a general one where the code is unknown."""
    return _BY_CODE.get(code or "", "Run the ingestion again; what is stored stays.")
