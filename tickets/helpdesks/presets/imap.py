"""A mailbox by IMAP, for teams without a helpdesk. `tickets.helpdesks.mailbox` makes the records that are mapped here.

https://www.rfc-editor.org/rfc/rfc3501
"""

from tickets.helpdesks.presets.preset import Preset, Variable

PRESET = Preset(
    kind="imap",
    label="Mailbox (IMAP)",
    url_example="imaps://imap.example.com",
    variables=(
        Variable(
            name="team",
            label="Addresses and domains of your team",
            help="Separated by commas. Mails from them are replies, all others are from customers.",
            example="support@example.com, example.com",
            pattern=r"@?[^\s,@\\]+(@[^\s,@\\]+)?(\s*,\s*@?[^\s,@\\]+(@[^\s,@\\]+)?)*",
        ),
        Variable(
            name="folders",
            label="Folders",
            help=r"Separated by commas. \Sent and \Archive stand for the folders that the server uses for that; at Gmail, "
            r"\All is every mail.",
            example=r"INBOX, \Sent",
            default=r"INBOX, \Sent, \Archive",
            pattern=r"[^\x00-\x1f\x7f]{1,190}",
        ),
        Variable(
            name="encryption",
            label="Encryption",
            help="An address with imaps:// is encrypted from the start, one with imap:// on demand (STARTTLS).",
            default="required",
            is_advanced=True,
            choices=(("required", "Required"), ("none", "None: the password is sent unencrypted")),
        ),
    ),
    auth="basic",
    auth_name_label="User name",
    is_of_user=True,
    key_label="Password of the mailbox",
    key_help="The mailbox’s password. Where sign-in has a second factor, create an app password.",
    rights="Reading the folders. SupportSaaS opens them read-only, so no mail is marked as read.",
    reads="Every mail thread that a customer takes part in is a ticket. Mails belong together by their Message-ID, "
    "In-Reply-To and References headers, never by their subject alone. The sender of the customer’s first mail is the "
    "customer. Mails from your team’s addresses are replies; a mail from your website’s form is by the person in its "
    "Reply-To header. Out-of-office replies and delivery failures become internal notes of their ticket, as does what your "
    "team wrote before the customer did. Alone they make no ticket, and neither does a mailing list, unless it is your "
    "team’s own group. The text is the mail’s plain text, or else its HTML as plain text, from the first 256 KB. "
    "Attachments are not read. The time is that of the Date header, unless the server received the mail earlier. "
    "Sign-in with OAuth is not supported.",
    deletes="No ticket is deleted, because teams delete and archive mails that they have dealt with. A mail that is moved "
    "keeps its ticket, and what was read of a mail stays when it is deleted.",
    requests="One per 500 new mails for their headers, and about one per 100 for their texts.",
    page_size=100,
    settings={
        "path": "/",
        "absent": "unknown",
        "since_param": "SINCE",
        "fields": {
            "id": "id",
            "subject": "subject",
            "customer_id": "from.address",
            "customer_name": "from.name",
            "status": "status",
            "created_at": "date",
            "updated_at": "updated",
        },
        "defaults": {"source": "email"},
        "conversation": {
            "records": "messages",
            "body": "text",
            "author": "author",
            "created_at": "at",
            "customer_when": {"by": "customer"},
            "internal_when": {"is_note": "true"},
        },
    },
    status_help="A mailbox has no statuses. A ticket is `open` while the customer wrote last, and `answered` once your "
    "team did. Whether `answered` means resolved or pending is yours to say, when you connect the mailbox or on the page "
    "“Statuses”; until then such a ticket counts as open, with an unknown status.",
)
