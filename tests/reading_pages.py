"""Short ways to what a page says."""

import re

from django.http import HttpResponse
from django.test import Client

from tests.client_response import ClientResponse


def page_of(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, response.status_code
    return body(response)


def body(response: HttpResponse | ClientResponse) -> str:
    """The page's HTML with runs of blanks as one, so that a sentence can be looked for."""
    return re.sub(r"[ \n]+", " ", response.content.decode())


def text_of(html: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html))
