"""The Link header in all spellings of RFC 8288, and some others."""

import pytest

from tickets.helpdesks.link_header import UnreadableLink, find_next

A, B = "https://help.example/t?page=2", "https://help.example/t?page=9"


@pytest.mark.parametrize(
    "header",
    [
        f'<{A}>; rel="next"',
        f"<{A}>;rel=next",
        f'<{A}>; rel="last next"',
        f'<{A}>; rel="next  last"',
        f'<{A}>; Rel="Next"',
        f'<{A}>; REL=NEXT, <{B}>; rel="last"',
        f'<{A}>; rel = "next"',
        f'<{A}> ;\trel\t=\t"next" ',
        f"<{A}>; rel='next'",
        f'<{A}>; title="page 2, of 9; the rest"; rel="next"',
        f'<{A}>; title="a \\"next\\" one, <so>"; rel=next',
        f"<{A}>; title*=UTF-8''p%20%2c; rel=next",
        f"<{A}>; title='a, b'; rel='next'",
        f'<{B}>; rel="next-archive", <{A}>; rel="next"',
        f'<{B}>; rel="https://example.com/rels/next", <{A}>; rel="next"',
        f'<{B}>; rel=prev; rel=next, <{A}>; rel="next"',
        f'<{B}>; anchor="#other"; rel=next, <{A}>; rel="next"',
        f'<{B}>; rev="next", <{A}>; rel="next"',
        f',, <{B}>; rel="last",, <{A}>; rel="next",',
        f'<{B}>;; crossorigin; rel="last"; , <{A}>; rel="next"',
        f'<{A}>; rel="next", this is no link',
    ],
)
def test_the_next_page_is_found(header: str) -> None:
    assert find_next(header) == A


@pytest.mark.parametrize(
    "header",
    [
        "",
        " , ",
        f'<{A}>; rel="last"',
        f'<{A}>; rel="next-archive"',
        f"<{A}>; rel=nextpage",
        f'<{A}>; title="next"',
        f'<{A}>; title="; rel=next"',
        f"<{A}>",
        f'<{A}>; rel=""',
    ],
)
def test_a_valid_link_header_may_have_no_next_page(header: str) -> None:
    assert find_next(header) is None


@pytest.mark.parametrize(
    "header",
    [
        f'<{A}; rel="next"',
        "page 2",
        f'<{A}>; rel="next',
        f'<{A}>; title="a; rel=next',
        f"<{A}> rel=next",
        f"{A}; rel=next",
    ],
)
def test_an_invalid_link_header_raises_an_error(header: str) -> None:
    with pytest.raises(UnreadableLink):
        find_next(header)
