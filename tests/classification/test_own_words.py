"""Quoted mails, signatures and small print do not count; the mail programs' phrases are known in four languages."""

from __future__ import annotations

import time

import pytest

from tickets.classification.classify import classify_ticket
from tickets.classification.own_words import own_words
from tickets.classification.tokenizer import READ_LIMIT

MINE = "Alles gut, danke."


@pytest.mark.parametrize(
    "rest",
    [
        "-- \nKanzlei Brandt, Rechtsanwälte",
        "-----Original Message-----\nThis is urgent",
        "-----Ursprüngliche Nachricht-----\nDas ist dringend",
        "-----Message d'origine-----\nC'est urgent",
        "-----Message d\u2019origine-----\nC'est urgent",
        "-----Mensaje original-----\nEs urgente",
        "From: Ann <ann@example.com>\nSent: Monday, 3 June 2024\nThis is urgent",
        "Von: Anna Vogt <anna@example.com>\nGesendet: Montag, 3. Juni 2024 09:12\nAn: Service\nDas ist dringend",
        "De\u00a0: Anne Roux <anne@example.com>\nEnvoyé\u00a0: lundi 3 juin 2024\nC'est urgent",
        "De: Ana Prieto <ana@example.com>\nEnviado el: lunes, 3 de junio de 2024\nEs urgente",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Von meinem Samsung Galaxy Smartphone gesendet.",
        "Gesendet mit der mobilen Mail App",
        "Envoyé de mon iPhone",
        "Envoyé depuis mon mobile",
        "Enviado desde mi iPhone",
        "Get Outlook for Android",
        "Diese E-Mail enthält vertrauliche Informationen. Informieren Sie sofort den Absender.",
        "Ce message est confidentiel. Avertissez immédiatement l'expéditeur.",
        "Este mensaje es confidencial. Avise inmediatamente al remitente.",
        "This e-mail is confidential. Notify the sender immediately.",
        "En cumplimiento del RGPD le informamos de que sus datos son tratados por Brandt S. L.",
        "AVISO LEGAL: contiene datos personales.",
    ],
)
def test_what_follows_a_signature_or_a_header_does_not_count(rest: str) -> None:
    assert own_words(f"{MINE}\n\n{rest}").strip() == MINE


@pytest.mark.parametrize(
    "line",
    [
        "On Monday, 3 June 2024, Ann wrote:",
        "On Mon, Jun 3, 2024 at 9:12 AM Ann Miller\n<ann@example.com> wrote:",
        "Am 03.06.2024 um 09:12 schrieb Service <service@example.com>:",
        "Am Mo., 3. Juni 2024 um 09:12 Uhr schrieb Anna Vogt\n<anna@example.com>:",
        "Le lun. 3 juin 2024 à 09:12, Anne Roux <anne@example.com> a écrit\u00a0:",
        "El lun, 3 jun 2024 a las 9:12, Ana Prieto (<ana@example.com>) escribió:",
    ],
)
def test_the_line_above_a_quoted_mail_does_not_count(line: str) -> None:
    text = f"{MINE}\n\n{line}\n> Das ist dringend"
    assert own_words(text).split() == MINE.split()
    assert len(own_words(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Am Montag schrieb ich Ihnen wegen der Rechnung. Es ist nichts passiert.",
        "El técnico escribió que vendría: no vino.",
        "Le technicien a écrit un rapport.\nIl manque une page.",
        "Hallo,\nvon meinem Konto wurde zu viel abgebucht.",
        "De: la factura\nfalta una página",
        "En cumplimiento de lo acordado\nespero su respuesta",
        "Sent from the warehouse yesterday",
        "-- urgent --\nplease call",
    ],
)
def test_sentences_that_look_alike_count(text: str) -> None:
    assert own_words(text) == text


def test_a_message_that_is_nothing_else_counts_as_it_is() -> None:
    text = "\n-- \nKanzlei Brandt"
    assert own_words(text) == text


def test_a_signature_and_a_quoted_mail_change_no_verdict() -> None:
    text = (
        "Guten Tag,\nkönnten Sie mir die Rechnung noch einmal schicken?\nMit freundlichen Grüßen\nAnna Vogt\n\n"
        "Von meinem iPhone gesendet\n\nAm 03.06.2024 um 09:12 schrieb Service <service@example.com>:\n"
        "> Ihr Anwalt hat dringend um Rückruf gebeten."
    )
    result = classify_ticket(subject="Rechnung", message=text, language="de")
    assert (result.urgency, result.sentiment, result.requires_action) == ("low", "neutral", True)


@pytest.mark.parametrize(
    "line", ["Am ", "On x wrote\n", "\nDe : ", "\n--", "\n> ", "\nEn cumplimiento d", "\nThis mail "]
)
def test_no_text_takes_long(line: str) -> None:
    text = (line * READ_LIMIT)[:READ_LIMIT]
    started = time.perf_counter()
    own_words(text)
    assert time.perf_counter() - started < 0.5
