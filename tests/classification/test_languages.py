"""The vocabularies of German, French and Spanish, against labelled sentences and by their idioms."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tickets.classification.classify import classify_ticket
from tickets.classification.tokenizer import READ_LIMIT
from tickets.classification.verdicts import Classification

SENTENCES: Final = Path(__file__).parent / "sentences"
NAMES: Final = {"de": "german", "fr": "french", "es": "spanish"}
LANGUAGES: Final = tuple(NAMES)
VERDICTS: Final = ("urgency", "sentiment", "action")
KEPT_ASIDE: Final = 3
"""Every third sentence was not looked at while words were chosen."""

Verdicts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    wanted: Verdicts
    got: Verdicts


def classify(text: str, language: str) -> Classification:
    return classify_ticket(subject="", message=text, language=language)


def verdicts(text: str, language: str) -> Verdicts:
    result = classify(text, language)
    return {
        "urgency": result.urgency,
        "sentiment": result.sentiment,
        "action": "yes" if result.requires_action else "no",
    }


def read_sentences(name: str, language: str) -> list[Sentence]:
    with (SENTENCES / f"{name}.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Sentence(row["text"], {verdict: row[verdict] for verdict in VERDICTS}, verdicts(row["text"], language))
        for row in rows
    ]


@cache
def sentences(language: str) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences that were looked at, and those kept aside."""
    found = read_sentences(NAMES[language], language)
    kept_aside = found[KEPT_ASIDE - 1 :: KEPT_ASIDE]
    return [each for number, each in enumerate(found, 1) if number % KEPT_ASIDE], kept_aside


@cache
def later_sentences(language: str) -> list[Sentence]:
    """Harder ones, written after the first version of the vocabulary."""
    return read_sentences(f"{NAMES[language]}_later", language)


def misses(found: Iterable[Sentence], verdict: str) -> list[str]:
    return [
        f"{each.wanted[verdict]}, not {each.got[verdict]}: {each.text}"
        for each in found
        if each.wanted[verdict] != each.got[verdict]
    ]


def precision(found: Iterable[Sentence], verdict: str, label: str) -> float:
    wanted = [each.wanted[verdict] == label for each in found if each.got[verdict] == label]
    return sum(wanted) / len(wanted)


def recall(found: Iterable[Sentence], verdict: str, label: str) -> float:
    got = [each.got[verdict] == label for each in found if each.wanted[verdict] == label]
    return sum(got) / len(got)


# Labelled sentences


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_sentences_of_each_kind(language: str) -> None:
    looked_at, kept_aside = sentences(language)
    assert len(looked_at) >= 100
    assert len(kept_aside) >= 50
    assert len({each.text for each in (*looked_at, *kept_aside)}) == len(looked_at) + len(kept_aside)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_at_least_95_of_100_sentences_that_were_looked_at_agree(language: str, verdict: str) -> None:
    looked_at, _ = sentences(language)
    missed = misses(looked_at, verdict)
    assert len(missed) <= 0.05 * len(looked_at), "\n".join(missed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_at_least_85_of_100_sentences_that_were_kept_aside_agree(language: str, verdict: str) -> None:
    _, kept_aside = sentences(language)
    missed = misses(kept_aside, verdict)
    assert len(missed) <= 0.15 * len(kept_aside), f"{len(missed)} misses"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_at_least_85_of_100_later_sentences_agree(language: str, verdict: str) -> None:
    later = later_sentences(language)
    missed = misses(later, verdict)
    assert len(later) >= 60
    assert len(missed) <= 0.15 * len(later), "\n".join(missed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("verdict", "label"), [("urgency", "high"), ("sentiment", "negative")])
def test_high_and_negative_are_right_in_9_of_10_sentences_and_rarely_missed(
    language: str, verdict: str, label: str
) -> None:
    looked_at, kept_aside = sentences(language)
    every = (*looked_at, *kept_aside, *later_sentences(language))
    assert precision(every, verdict, label) >= 0.9
    assert recall(every, verdict, label) >= 0.9


# Constructions


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Super, schon wieder eine Störung.", "sarcasm"),
        ("de", "Danke für die Warterei", "sarcasm"),
        ("de", "Sie haben einen Rückruf zugesagt. Bis heute nichts.", "a broken promise"),
        ("de", "Ich habe mehrfach angerufen", "asked many times"),
        ("de", "Wir warten nun schon fast drei Wochen", "a long wait"),
        ("fr", "Génial, encore un retard", "sarcasm"),
        ("fr", "Merci de m'avoir raccroché au nez", "sarcasm"),
        ("fr", "Vous aviez promis un appel, personne ne l'a fait", "a broken promise"),
        ("fr", "Je vous ai ecrit cinq fois", "asked many times"),
        ("fr", "Nous attendons un technicien depuis trois semaines", "a long wait"),
        ("es", "Genial, otra avería", "sarcasm"),
        ("es", "Gracias por hacerme esperar", "sarcasm"),
        ("es", "Prometieron llamar y nada", "a broken promise"),
        ("es", "Les he escrito cinco veces", "asked many times"),
        ("es", "Llevamos casi dos meses esperando", "a long wait"),
    ],
)
def test_what_customers_describe_is_negative(language: str, text: str, name: str) -> None:
    result = classify(text, language)
    assert result.sentiment == "negative"
    assert name in {evidence.term for evidence in result.evidence}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Super, die Störung ist behoben."),
        ("de", "Perfekt, jetzt ist der Fehler weg. Danke!"),
        ("fr", "Super, la panne est réparée"),
        ("fr", "Génial, mon colis perdu est retrouvé, merci"),
        ("es", "Genial, la avería está solucionada"),
        ("es", "Perfecto, ya ha llegado la maleta perdida, gracias"),
    ],
)
def test_praise_that_a_trouble_is_over_is_no_sarcasm(language: str, text: str) -> None:
    assert classify(text, language).sentiment == "positive"


@pytest.mark.parametrize(
    ("language", "word"), [("de", "super "), ("de", "warte "), ("fr", "bravo "), ("fr", "appelé "), ("es", "genial ")]
)
def test_no_text_takes_long(language: str, word: str) -> None:
    text = (word * READ_LIMIT)[:READ_LIMIT]
    classify("", language)
    started = time.perf_counter()
    classify(text, language)
    assert time.perf_counter() - started < 2


# Words with two meanings


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Verbrauch betrug im März 300 kWh."),
        ("de", "Der Müll wurde am Montag abgeholt."),
        ("de", "Bitte sorgen Sie für eine Kopie."),
        ("de", "Was können Sie mir empfehlen?"),
        ("de", "Legen Sie bitte einen neuen Mandanten an."),
        ("de", "Guten Morgen, wo finde ich die Anzeige des Zählers?"),
        ("de", "Brandt GmbH, Amtsgericht Köln, HRB 4711, Geschäftsführer: Max Brandt"),
        ("fr", "Quel est le numéro du vol ?"),
        ("fr", "Quel service dois-je contacter ?"),
        ("fr", "Ma police d'assurance porte quel numéro ?"),
        ("fr", "Je voudrais assigner un rôle à un utilisateur professionnel."),
        ("fr", "Jusqu'à quand l'offre est-elle valable ?"),
        ("fr", "Excellente journée"),
        ("es", "A menudo compro aquí."),
        ("es", "¿Hasta cuándo es válida la oferta?"),
        ("es", "Quisiera saber mi consumo de gas."),
        ("es", "¿Qué medios de pago admiten?"),
        ("es", "¿Cómo hago una copia de seguridad de la plantilla?"),
        ("es", "Basta con pulsar el botón del borde."),
    ],
)
def test_words_with_two_meanings_are_neither_urgent_nor_angry(language: str, text: str) -> None:
    result = classify(text, language)
    assert (result.urgency, result.sentiment) == ("low", "neutral")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "de",
            "Guten Tag, seit zwei Wochen bricht die Verbindung jedes Mal nach 10 Minuten ab. Ich habe das Gerät wieder "
            "neu gestartet, trotzdem ist es immer noch dasselbe. Leider hilft auch ein anderes Kabel nicht. Was kann ich "
            "noch tun? Mit freundlichen Grüßen",
        ),
        (
            "fr",
            "Bonjour, depuis deux semaines la connexion se coupe à chaque fois au bout de 10 minutes. J'ai encore "
            "redémarré la box, rien ne change, c'est toujours pareil. Malheureusement un autre câble n'aide pas non "
            "plus. Que puis-je faire ? Bien cordialement",
        ),
        (
            "es",
            "Buenos días, desde hace dos semanas la conexión se corta a los 10 minutos. He reiniciado el router de nuevo "
            "y sigue igual. Lamentablemente otro cable tampoco ayuda y ni siquiera con wifi mejora. ¿Qué puedo hacer? "
            "Un saludo",
        ),
    ],
)
def test_a_long_calm_report_is_neutral(language: str, text: str) -> None:
    result = classify(text, language)
    assert (result.urgency, result.sentiment, result.requires_action) == ("medium", "neutral", True)


# Idioms


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Seit drei Wochen keine Antwort."),
        ("de", "Ich warte seit über einer Stunde."),
        ("de", "Immer noch keine Rückmeldung"),
        ("de", "Schon wieder kaputt"),
        ("de", "Danke für nichts."),
        ("de", "Bei Ihnen geht niemand ran"),
        ("de", "Das gefällt mir überhaupt nicht"),
        ("de", "Die Erklaerung hilft mir leider nicht"),
        ("de", "So eine Unverschaemtheit"),
        ("de", "Ihre unfreundliche Mitarbeiterin"),
        ("fr", "Ça fait deux heures que j'attends."),
        ("fr", "Toujours pas de réponse"),
        ("fr", "C'est la troisième fois que j'appelle"),
        ("fr", "Merci pour rien."),
        ("fr", "On se moque de nous"),
        ("fr", "Je ne suis pas du tout satisfaite"),
        ("fr", "je suis tres decue"),
        ("fr", "Je recommande pas"),
        ("fr", "Personne ne répond au téléphone"),
        ("es", "Llevo dos semanas esperando."),
        ("es", "Sigo sin respuesta"),
        ("es", "Otra vez lo mismo"),
        ("es", "Gracias por nada."),
        ("es", "Menuda tomadura de pelo"),
        ("es", "No estoy nada contenta"),
        ("es", "es una verguenza"),
        ("es", "No lo recomiendo"),
        ("es", "Nadie contesta al teléfono"),
    ],
)
def test_anger_and_disappointment_are_negative(language: str, text: str) -> None:
    assert classify(text, language).sentiment == "negative"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Mit freundlichen Grüßen"),
        ("de", "Vielen Dank im Voraus und einen schönen Tag"),
        ("de", "Seit zwei Tagen funktioniert die Suche nicht"),
        ("de", "Könnten Sie mir helfen? Das wäre toll"),
        ("fr", "Bien cordialement, bonne journée"),
        ("fr", "Merci d'avance pour votre réponse"),
        ("fr", "La recherche ne marche plus depuis deux jours"),
        ("fr", "S'il vous plaît, pourriez-vous m'aider ?"),
        ("es", "Buenos días. Un saludo cordial"),
        ("es", "Gracias de antemano"),
        ("es", "El buscador no funciona desde hace dos días"),
        ("es", "Me gustaría cambiar la dirección"),
    ],
)
def test_courtesy_and_reports_of_faults_are_neutral(language: str, text: str) -> None:
    assert classify(text, language).sentiment == "neutral"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Vielen Dank!"),
        ("de", "Nicht schlecht, das ging schnell"),
        ("de", "Ich kann nicht klagen, kein Problem mehr"),
        ("fr", "Merci beaucoup !"),
        ("fr", "Pas mal du tout, rien à redire"),
        ("es", "¡Muchas gracias!"),
        ("es", "Nada mal, no tengo ninguna queja"),
    ],
)
def test_thanks_and_praise_with_a_not_are_positive(language: str, text: str) -> None:
    result = classify(text, language)
    assert (result.urgency, result.sentiment, result.requires_action) == ("low", "positive", False)


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("de", "Die Suche funktioniert seit gestern nicht mehr", "funktioniert nicht"),
        ("de", "Ich sehe, dass die Mail nicht ankommt", "ankommt nicht"),
        ("fr", "La recherche ne s'affiche plus", "s'affiche pas"),
        ("es", "El buscador no aparece", "no aparece"),
    ],
)
def test_a_fault_is_named_with_its_not(language: str, text: str, term: str) -> None:
    result = classify(text, language)
    assert (result.urgency, result.sentiment, result.requires_action) == ("medium", "neutral", True)
    assert term in result.keywords


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die Suche funktioniert"),
        ("de", "Die Lieferung kommt am Montag"),
        ("fr", "La recherche fonctionne bien"),
        ("es", "El buscador funciona"),
    ],
)
def test_the_same_verb_without_a_not_is_no_fault(language: str, text: str) -> None:
    assert classify(text, language).urgency == "low"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Es ist dringend"),
        ("de", "Ich habe meinen Anwalt eingeschaltet"),
        ("de", "Das verstößt gegen die DSGVO"),
        ("de", "Es riecht nach Gas"),
        ("de", "Ich möchte mein Geld zurück"),
        ("de", "Mein Konto wurde gehackt"),
        ("de", "Bitte rufen Sie schnellstmoeglich zurueck"),
        ("fr", "C'est urgent"),
        ("fr", "Mon avocat vous contactera"),
        ("fr", "C'est contraire au RGPD"),
        ("fr", "Ça sent le gaz"),
        ("fr", "Je veux être remboursée"),
        ("fr", "Mon compte a été piraté"),
        ("fr", "Repondez immediatement"),
        ("es", "Es urgente"),
        ("es", "Mi abogado se pondrá en contacto"),
        ("es", "Esto incumple el RGPD"),
        ("es", "Huele a gas"),
        ("es", "Quiero que me devuelvan el dinero"),
        ("es", "Me han hackeado la cuenta"),
        ("es", "Pondre una reclamacion y una denuncia"),
    ],
)
def test_law_danger_money_and_hurry_are_high(language: str, text: str) -> None:
    assert classify(text, language).urgency == "high"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das ist nicht dringend"),
        ("de", "Es eilt nicht"),
        ("de", "Wir wurden nicht gehackt"),
        ("de", "Kein Problem, das hat Zeit"),
        ("fr", "Ce n'est pas urgent"),
        ("fr", "Rien d'urgent, ça peut attendre"),
        ("fr", "Nous n'avons pas été piratés"),
        ("es", "No es urgente"),
        ("es", "Sin prisa, cuando puedan"),
        ("es", "No nos han hackeado"),
    ],
)
def test_what_can_wait_or_did_not_happen_is_low(language: str, text: str) -> None:
    assert classify(text, language).urgency == "low"


@pytest.mark.parametrize(
    ("language", "general", "own"),
    [
        ("de", "Wie läuft eine Rückerstattung ab?", "Wo bleibt meine Rückerstattung?"),
        ("fr", "Comment fonctionne un remboursement ?", "Où est mon remboursement ?"),
        ("es", "¿Cómo funciona un reembolso?", "¿Dónde está mi reembolso?"),
    ],
)
def test_a_question_about_how_something_works_is_not_high(language: str, general: str, own: str) -> None:
    assert classify(general, language).urgency != "high"
    assert classify(own, language).urgency == "high"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Vielen Dank für die sofortige Erstattung, super Service!"),
        ("fr", "Un grand merci pour le remboursement immédiat, vous êtes au top"),
        ("es", "Muchísimas gracias por el reembolso inmediato, sois geniales"),
    ],
)
def test_thanks_lower_the_urgency(language: str, text: str) -> None:
    result = classify(text, language)
    assert (result.urgency, result.sentiment, result.requires_action) == ("low", "positive", False)


@pytest.mark.parametrize(
    ("language", "text", "matter"),
    [
        ("de", "Mein Anwalt meldet sich bei Ihnen", "legal"),
        ("de", "Ich lasse die Zahlung zurückbuchen", "chargeback"),
        ("de", "Unsere Daten wurden gestohlen, ein Datenleck", "breach"),
        ("de", "Der Akku ist explodiert", "safety"),
        ("fr", "Mon avocat vous écrira", "legal"),
        ("fr", "J'ai fait opposition au paiement", "chargeback"),
        ("fr", "C'est une fuite de données", "breach"),
        ("fr", "La batterie a pris feu", "safety"),
        ("es", "Mi abogado les escribirá", "legal"),
        ("es", "He pedido la retrocesión del cargo", "chargeback"),
        ("es", "Es una filtración de datos", "breach"),
        ("es", "La batería se incendió", "safety"),
    ],
)
def test_what_is_always_high_says_which_matter_it_is(language: str, text: str, matter: str) -> None:
    result = classify(text, language)
    assert result.urgency == "high"
    assert matter in {evidence.matter for evidence in result.evidence}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Bitte um Rückruf"),
        ("de", "koennt ihr mir helfen"),
        ("de", "Ich brauche eine Kopie der Rechnung"),
        ("de", "Schicken Sie mir die Unterlagen."),
        ("fr", "Veuillez me rappeler"),
        ("fr", "tu peux me dire où c'est"),
        ("fr", "J'ai besoin d'un duplicata"),
        ("fr", "Envoyez-moi les documents."),
        ("es", "Les ruego que me llamen"),
        ("es", "me podeis ayudar"),
        ("es", "Necesito una copia de la factura"),
        ("es", "Envíenme los documentos."),
    ],
)
def test_a_request_requires_action(language: str, text: str) -> None:
    result = classify(text, language)
    assert (result.urgency, result.sentiment, result.requires_action) == ("low", "neutral", True)
