"""Runs management commands in the test process."""

from io import StringIO

from django.core.management import CommandError, call_command


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; returns exit status, stdout and stderr."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()
