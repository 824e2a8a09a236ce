"""What customers write in other languages than English. It fits every company of the demo.

The slots are those that look the same in each language: `{ref} {amount} {place} {n}`.
"""

from collections.abc import Mapping
from typing import Final, Literal

from tickets.demo.texts.template import (
    COMPLAINT,
    EMERGENCY,
    ESCALATION,
    FAULT,
    GRIEVANCE,
    NOTE,
    PRAISE_WITH_REQUEST,
    REQUEST,
    THANKS,
    TemplatesByIntent,
    by_intent,
    written,
)

Language = Literal["en", "de", "fr", "es", "ar"]

_GERMAN = by_intent(
    written(EMERGENCY, """
Fremde Daten in meinem Konto | Datenschutz, {ref}
nach der Anmeldung sehe ich Namen und Adressen anderer Kunden. Ich habe nichts angeklickt. Bitte sehen Sie sich das
sofort an, bevor es noch jemand bemerkt.

Löschung meiner Daten | Auskunft nach DSGVO
nach Artikel 15 DSGVO bitte ich um Auskunft, welche Daten Sie zu {ref} über mich gespeichert haben. Die gesetzliche
Frist beträgt einen Monat.

Es riecht verbrannt | Dringend, {place}
seit heute früh riecht es in {place} verbrannt, und es kommt von Ihrem Gerät. Wir haben die Sicherung herausgenommen.
Können Sie heute noch jemanden schicken?
"""),
    written(ESCALATION, """
Rückerstattung {ref} | Wo bleibt mein Geld?
ich warte seit {n} Wochen auf {amount}. Ohne Rückerstattung bis Ende der Woche übergebe ich die Sache meinem Anwalt.

Letzte Mahnung vor der Klage | Rechtliche Schritte
auf {n} Schreiben kam keine Antwort. Ich werde Klage einreichen und habe die Verbraucherzentrale informiert.
"""),
    written(COMPLAINT, """
Immer noch keine Antwort zu {ref} | Nachricht Nummer {n}
das ist nun schon meine {n}. Nachricht, und niemand antwortet. Ich bin sehr enttäuscht. Wer ist denn zuständig?

So geht es nicht | {n} Tage hieß es
am Telefon hieß es {n} Tage, jetzt sind es Wochen. Jeder verspricht einen Rückruf, keiner ruft an. Wann passiert etwas?

Na großartig | Herzlichen Glückwunsch
Glückwunsch, Sie haben es geschafft, mir zum dritten Mal das Falsche zu schicken. Darf ich noch auf das Richtige hoffen?
"""),
    written(GRIEVANCE, """
Nie wieder | Nur zur Kenntnis
Sie müssen nicht antworten. Nach {n} Jahren war das meine letzte Bestellung, so unfreundlich bin ich noch nie behandelt
worden.
"""),
    written(FAULT, """
Fehlermeldung bei der Anmeldung | Anmeldung geht nicht
seit gestern erscheint bei der Anmeldung eine Fehlermeldung. Das Passwort stimmt, ich habe es auf zwei Geräten
versucht.

Falscher Betrag auf der Rechnung | Rechnung {ref}
auf der Rechnung {ref} steht {amount}, vereinbart war weniger. Vermutlich ein Tippfehler. Könnten Sie das prüfen?
"""),
    written(REQUEST, """
Frage zur Rechnung {ref} | Rechnung noch einmal
könnten Sie mir die Rechnung über {amount} noch einmal schicken?

Neue Adresse | Umzug nach {place}
wir ziehen nach {place} um. Wo trage ich bei {ref} die neue Adresse ein?

Rückruf möglich? | Kurze Frage
ich habe eine kurze Frage zu {ref}. Wann kann ich Sie am besten erreichen? Es eilt nicht.
"""),
    written(NOTE, """
Hat sich erledigt | {ref}: erledigt
meine Anfrage zu {ref} hat sich erledigt. Sie können den Vorgang schließen.

Abwesenheitsnotiz | Automatische Antwort
ich bin bis zum {n}. des Monats nicht im Büro. In dringenden Fällen wenden Sie sich bitte an meine Vertretung.

Unterlagen zu {ref} | Formular anbei
anbei das unterschriebene Formular zu {ref}, wie besprochen.
"""),
    written(THANKS, """
Vielen Dank | Wunderbar
das hat wunderbar geklappt, herzlichen Dank für die schnelle Hilfe! 😊

Danke für den Rückruf | Alles bestens
ich hatte schon das Schlimmste befürchtet. Ihr Kollege war sehr freundlich, und jetzt ist alles bestens. Vielen Dank!
"""),
    written(PRAISE_WITH_REQUEST, """
Großes Lob, eine Frage | Sehr zufrieden
wir sind sehr zufrieden mit Ihnen. Gibt es die Rechnungen auch als PDF?
"""),
)  # fmt: skip

_FRENCH = by_intent(
    written(EMERGENCY, """
Demande d'effacement (RGPD) | Mes données personnelles
en application du RGPD, je vous demande d'effacer toutes mes données liées au dossier {ref} et de me le confirmer par
écrit.

Odeur de brûlé | Urgent, {place}
il y a une odeur de brûlé depuis ce matin à {place}, elle vient de votre appareil. Nous avons coupé le courant. Pouvez-vous
envoyer quelqu'un aujourd'hui ?
"""),
    written(ESCALATION, """
Remboursement {ref} | Toujours pas remboursé
j'attends le remboursement de {amount} depuis {n} semaines. Sans réponse de votre part, je saisirai la justice.

Mise en demeure | Mon avocat vous écrira
malgré {n} courriers, aucune réponse. Mon avocat prépare une plainte.
"""),
    written(COMPLAINT, """
Toujours pas de réponse | {n}e message
c'est mon {n}e message au sujet de {ref}. Je suis très déçue de votre service. Qui peut enfin me répondre ?

Déjà {n} appels | Personne ne rappelle
personne ne rappelle jamais, c'est vraiment pénible pour une somme de {amount}. Que comptez-vous faire ?

Bravo | Félicitations
bravo, c'est la troisième fois que vous m'envoyez le mauvais modèle. Puis-je espérer le bon un jour ?
"""),
    written(GRIEVANCE, """
C'était la dernière fois | Pour information
inutile de répondre. Après {n} ans, je pars ailleurs : un accueil aussi désagréable, je n'avais jamais vu cela.
"""),
    written(FAULT, """
Erreur à la connexion | Impossible de se connecter
depuis hier, un message d'erreur s'affiche à la connexion. Le mot de passe est correct.

Montant erroné | Facture {ref}
la facture {ref} indique {amount} au lieu du montant convenu. Il s'agit sans doute d'une erreur de saisie. Pouvez-vous
vérifier ?
"""),
    written(REQUEST, """
Question sur {ref} | Où en est mon dossier ?
pourriez-vous me dire où en est le dossier {ref} ?

Facture au nom de la société | Facture
il me faudrait la facture de {amount} au nom de la société, s'il vous plaît.

Changement d'adresse | Nous déménageons
nous déménageons à {place}. Comment modifier l'adresse du dossier {ref} ? Rien ne presse.
"""),
    written(NOTE, """
Réponse automatique | Absence du bureau
je suis absent jusqu'au {n} du mois. En cas d'urgence, merci de contacter ma collègue.

Dossier {ref} | Document joint
vous trouverez ci-joint le formulaire signé pour le dossier {ref}.

C'est réglé | Vous pouvez fermer la demande
j'ai retrouvé le document, vous pouvez fermer la demande {ref}.
"""),
    written(THANKS, """
Merci beaucoup | Tout est réglé
tout est réglé, merci pour votre aide et votre gentillesse !

Un grand merci | Je craignais le pire
je craignais le pire, et votre collègue a tout arrangé en cinq minutes. C'est parfait, un grand merci !
"""),
)  # fmt: skip

_SPANISH = by_intent(
    written(EMERGENCY, """
Supresión de mis datos | Solicitud RGPD
conforme al RGPD, solicito que supriman todos mis datos relacionados con {ref} y que me lo confirmen por escrito.

Huele a quemado | Urgente, {place}
desde esta mañana huele a quemado en {place} y sale de su aparato. Hemos cortado la corriente. ¿Pueden enviar a alguien
hoy?
"""),
    written(ESCALATION, """
¿Dónde está mi dinero? | Reembolso de {ref}
llevo {n} semanas esperando el reembolso de {amount}. Si no lo recibo esta semana, pondré una denuncia.

Mi abogado les escribirá | Acciones legales
después de {n} cartas sin respuesta, mi abogado prepara una demanda.
"""),
    written(COMPLAINT, """
Sigo sin respuesta | Mensaje número {n}
este es mi mensaje número {n} sobre {ref} y nadie contesta. Estoy muy decepcionada. ¿Quién es el responsable?

Siempre lo mismo | {n} llamadas
he llamado {n} veces, cada vez me prometen que me llamarán y nunca llama nadie. ¿Cuándo piensan hacer algo?
"""),
    written(GRIEVANCE, """
Nunca más | Para que lo sepan
no hace falta que contesten. Después de {n} años me voy: un trato tan malo no lo había visto nunca.
"""),
    written(FAULT, """
Error al entrar | No puedo iniciar sesión
desde ayer aparece un mensaje de error al entrar en mi cuenta. La contraseña es correcta.
"""),
    written(REQUEST, """
Copia de la factura {ref} | Factura
¿podrían enviarme otra vez la factura de {amount}?

Cambio de dirección | Nos mudamos
nos mudamos a {place}. ¿Dónde cambio la dirección de {ref}? No hay prisa.
"""),
    written(NOTE, """
Respuesta automática | Fuera de la oficina
estaré fuera de la oficina hasta el día {n}. En caso de urgencia, escriban a mi compañera.

Ya está resuelto | Pueden cerrar {ref}
el asunto {ref} ya está resuelto, pueden cerrarlo.
"""),
    written(THANKS, """
Muchas gracias | Todo perfecto
todo ha salido perfecto. ¡Muchas gracias por su ayuda y su amabilidad!
"""),
)  # fmt: skip

_ARABIC = by_intent(
    written(ESCALATION, """
أين أموالي؟ | استرداد المبلغ {ref}
أنتظر منذ {n} أسابيع استرداد مبلغ {amount} ولم يرد علي أحد. إذا لم أستلم المبلغ هذا الأسبوع فسأتقدم بشكوى رسمية.
"""),
    written(COMPLAINT, """
لا أحد يرد | رسالتي رقم {n}
هذه رسالتي رقم {n} بخصوص {ref} ولا أحد يجيب. أنا مستاءة جدا من هذه الخدمة. من المسؤول؟
"""),
    written(REQUEST, """
سؤال عن الفاتورة | نسخة من الفاتورة {ref}
هل يمكنكم إرسال نسخة من الفاتورة {ref} مرة أخرى؟
"""),
    written(THANKS, """
شكرا جزيلا | كل شيء على ما يرام
تم حل الموضوع بسرعة، شكرا جزيلا على مساعدتكم ولطفكم.
"""),
)  # fmt: skip

TEXTS: Final[Mapping[Language, TemplatesByIntent]] = {
    "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH, "ar": _ARABIC,
}  # fmt: skip
