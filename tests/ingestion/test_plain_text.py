"""HTML becomes what a person reads of it; plain text stays as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.classification.classify import classify_ticket
from tickets.classification.topics.keywords import keywords
from tickets.records.plain_text import as_plain_text, to_plain_text

OUTLOOK = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml>urgent</xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif} --></style></head>
<body lang=DE link="#0563C1"><div class=WordSection1><p class=MsoNormal>Dear team,<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>please look into
order&nbsp;17.<o:p></o:p></p></div></body></html>"""
GMAIL = '<div dir="ltr">Hi,<div><br></div><div>my order is late.</div><div>Bob</div></div>'
GMAIL_REPLY = """<div dir="ltr">Thanks, it works.</div><br><div class="gmail_quote"><div class="gmail_attr">On Tue Ann
wrote:<br></div><blockquote class="gmail_quote" style="margin:0">URGENT: please call<div>immediately</div></blockquote></div>"""
NEWSLETTER = """<!DOCTYPE html><html><body><div style="display:none;max-height:0px;overflow:hidden">URGENT: act immediately
&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;</div><table width="600"><tr><td><h1>Welcome</h1></td></tr><tr><td>Order</td><td>17</td></tr>
</table><img src="https://x.example/p.gif?critical=1" alt="critical"></body></html>"""
FRESHDESK = """<div style="font-family:-apple-system, BlinkMacSystemFont; font-size:14px"><div dir="ltr">My parcel&nbsp;is late.</div>
<ul><li>first</li><li>second</li></ul><a href="https://shop.example.com/t?urgent=1" rel="noreferrer">track</a></div>"""


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (OUTLOOK, "Dear team,\nplease look into order 17."),
        (GMAIL, "Hi,\nmy order is late.\nBob"),
        (NEWSLETTER, "Welcome\nOrder 17"),
        (FRESHDESK, "My parcel is late.\nfirst\nsecond\ntrack"),
        ("Hi,<div><br></div><div>my order</div>", "Hi,\nmy order"),
        ("Hello,<br />\nmy parcel<br />\nis late", "Hello,\nmy parcel\nis late"),
        ("&lt;p&gt;My parcel is &lt;strong&gt;late&lt;/strong&gt;&lt;/p&gt;", "My parcel is late"),
        ("&#60;p&#62;My parcel&#60;br&#62;is late&#60;/p&#62;", "My parcel\nis late"),
        ('See <a href="https://x.example/?urgent=1">the order</a>&nbsp;17', "See the order 17"),
        ("<pre>one\ntwo</pre><p>three\nfour</p>", "one\ntwo\nthree four"),
        ('<p title="a > b urgent">shown</p><p>x</p>', "shown\nx"),
        ("<p hidden>critical</p><p>shown</p>", "shown"),
        ("<div style='visibility: hidden'><div>critical</div>more</div><p>shown</p>", "shown"),
        ('<span style="font-size:0">critical</span><p>shown</p>', "shown"),
        ('<p style="opacity:0.5" title="hidden">shown</p><p>x</p>', "shown\nx"),
        ('<div style="display:none">never closed<p>shown</p>', "never closed\nshown"),
        ("<p>Mail bob <bob@example.com></p><p>if a < b</p>", "Mail bob <bob@example.com>\nif a < b"),
        ("<p>It shows &lt;div&gt; and &amp;nbsp;</p><p>x</p>", "It shows <div> and &nbsp;\nx"),
        ("Tom &amp; Jerry&#39;s", "Tom & Jerry's"),
        (GMAIL_REPLY, "Thanks, it works.\nOn Tue Ann wrote:\n> URGENT: please call\n> immediately"),
        ("First line\nsecond line,<br>third &amp; last\n-- \nBob", "First line\nsecond line,\nthird & last\n--\nBob"),
        ("<!-- a template --><p>Hi</p><p>there</p>", "Hi\nthere"),
        ('<body dir="auto">Sent from my phone<br></body>', "Sent from my phone"),
        ('<p class="no-margin">One</p>\n<p class="no-margin">Two</p>', "One\nTwo"),
        ("<xml><w:View>Normal</w:View></xml><p>shown</p>", "shown"),
    ],
)
def test_html_becomes_what_a_person_reads(html: str, text: str) -> None:
    assert as_plain_text(html) == text


@pytest.mark.parametrize(
    "text",
    [
        "if (a < b && c > d) { return x<y>(z); }",
        "mail <ann@example.com> now",
        "<ann@example.com> wrote:\n> quoted",
        "5 < 6 and 7 > 3",
        "List<String> fails, so does Map<p, q>",
        "<order 12> is late",
        'I get an error: <div class="x"> is not closed',
        "Use <p> and <br> tags",
        "Template: <div>{{ name }}</div> renders wrong",
        "```html\n<p>hi</p>\n```",
        "a<p and b>c",
        "<script>alert(1)</script>",
        "AT&T, R&D; https://x.example/?a=1&copy=2",
        "<3 it",
        "<b>bold <b>bolder",
        "<!-- Please search first -->\n### What happened\nThe `<div>` and `<p>` tags vanish",
        "",
    ],
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert as_plain_text(text) == text


@pytest.mark.parametrize("html", [OUTLOOK, NEWSLETTER, FRESHDESK])
def test_markup_decides_nothing_and_only_words_count(html: str) -> None:
    text = as_plain_text(html)
    assert classify_ticket(subject="Order", message=text).urgency != "high"
    assert not {"div", "nbsp", "style", "class", "font", "urgent", "critical", "href"} & set(
        keywords(subject="", message=text)
    )


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", "<a '", '<p x="', "<p style='display:none'>", "</p>", "<!--", "<style>", "<![", "-->", "&", "&#", "&lt;p&gt;",
     "< ", "\n", "<pre>\n", "<p hidden ", "hidden style "],
)  # fmt: skip
def test_no_text_is_slow(piece: str) -> None:
    began = time.process_time()
    as_plain_text("<p><p>" + piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 10


_MARKUP = st.lists(
    st.sampled_from(["<p>", "</p>", "<div style='display:none'>", "</div>", "<br>", "<!--", "-->", "<script>", "</script>", "<", ">",
                     "&lt;", "&amp;", "a", " ", "\n", '"', "'", "<td>", "<pre>", "</pre>", "hidden"]) | st.text(max_size=5)
).map("".join)  # fmt: skip


@given(_MARKUP)
def test_any_text_has_plain_text_in_tidy_lines(markup: str) -> None:
    as_plain_text(markup)
    lines = to_plain_text(markup).split("\n")
    assert lines == [""] or all(line.strip() for line in lines)
