"""What follows the first text of a ticket: what customers add, and what agents answer and note for each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tickets.demo.texts.other_languages import Language
from tickets.demo.texts.template import (
    COMPLAINT,
    EMERGENCY,
    ESCALATION,
    FAULT,
    PRAISE_WITH_REQUEST,
    REQUEST,
    THANKS,
    Intent,
    Mood,
)

# What customers add to a ticket that is still open.
FOLLOW_UPS: Final[Mapping[Intent, tuple[str, ...]]] = {
    EMERGENCY: (
        "It is getting worse. Is somebody looking at it?", "Any word yet? Time is running out.",
        "Still the same here. Could somebody please confirm that you have seen this?",
    ),
    ESCALATION: (
        "Still no answer. I have now spoken to a lawyer.", "My bank has confirmed the chargeback.",
        "You have {n} more days.", "I see that you prefer to hear it from somebody else.",
    ),
    COMPLAINT: (
        "Still waiting. This is really disappointing.", "Is anybody reading this?", "Same thing again {when}.",
        "I have now asked {n} times.", "That answer did not help at all.", "I am slowly losing my patience.",
        "Day {n}. Nothing.",
    ),
    FAULT: (
        "It is still the same.", "In {place} they have it as well.", "A restart did not change anything.",
        "It works now and then, but not for long.",
    ),
    REQUEST: (
        "{day} would also suit me.", "Sorry, I meant {month}.", "No hurry, just checking in.",
        "My other address is the better one from now on.", "And would two of them be possible as well?",
    ),
    THANKS: ("Thanks again!", "And greetings to the whole team.", "It still works perfectly."),
    PRAISE_WITH_REQUEST: ("Thanks again!", "And greetings to the whole team."),
}  # fmt: skip
"""By those who come back: who sent a note or a grievance does not."""
# What reopens a ticket that was thought solved: a problem, or a question.
REOPENED_PROBLEMS: Final = (
    "It has happened again {when}, so this is not solved.", "Sorry, the same problem is back.",
    "It worked for {n} days and now it does not.", "I still need help with this, please open it again.",
)  # fmt: skip
REOPENED_QUESTIONS: Final = (
    "That was not the answer to my question.", "Sorry, one thing is still open. Could you have another look?",
    "I have not received anything yet. Where does it stand?",
)  # fmt: skip

FIRST_REPLIES: Final[Mapping[Mood, tuple[str, ...]]] = {
    "urgent": (
        "I have read your message and taken this over myself. I will write to you within the hour, whatever I know by then.",
        "This has gone to our most experienced colleague. Please keep your phone near you.",
    ),
    "annoyed": (
        "You have waited too long, and I am sorry. I am reading everything from the beginning now and will answer by {day}.",
        "I can see that you have written to us {n} times. From now on I am the one who answers.",
    ),
    "neutral": (
        "Thank you for writing. I am checking this and will get back to you by {day}.",
        "Good question. I have asked a colleague who knows this better than I do.",
        "I have your case {ref} in front of me and will look into it.",
    ),
    "grateful": (
        "Thank you for the kind words. As for your question: I am checking it and will get back to you by {day}.",
    ),
}  # fmt: skip
FIRST_REPLIES_WITHOUT_REQUEST: Final[Mapping[Mood, tuple[str, ...]]] = {
    "annoyed": ("Thank you for your open words. I have passed them on to the person who can change it.",),
    "neutral": ("Thank you, I have noted it.", "Thank you for letting us know."),
    "grateful": ("Thank you for the kind words. I will read them out to the team on {day}.",),
}
# Agents' questions, and what the customer answers.
QUESTIONS_ON_PROBLEMS: Final = (
    ("On which day did it happen, and at about what time?", "It was on {day}, a little after {n}."),
    ("Could you send us a photo?", "The photo is attached."),
    ("Is {ref} the right reference?", "Yes, {ref} is the one."),
)
QUESTIONS_ON_REQUESTS: Final = (
    ("By when would you like to have it?", "By {day} would be good, but it can also be later."),
    ("Is {ref} the right reference?", "Yes, that is right."),
    ("Shall we answer to this address?", "Yes, this one is fine."),
)
ANSWERS: Final[Mapping[Mood, tuple[str, ...]]] = {
    "urgent": (
        "It is done. My colleague was there {when}, and I will call you on {day} to hear that all is well.",
        "We have put everything back in order and will send you a written account.",
    ),
    "annoyed": (
        "This went wrong on our side. It is corrected now, and {amount} is on its way to you for the trouble.",
        "I have settled this with the other department. You will not have to write again.",
    ),
    "neutral": (
        "I have changed it, and the confirmation is on its way.", "Yes, that is possible. The steps are on the page attached.",
        "It is sorted out from our side. Just reply if anything is left.",
    ),
    "grateful": ("Yes, gladly. I have entered it for you.",),
}  # fmt: skip
CLOSING_WORDS: Final[Mapping[Mood, tuple[str, ...]]] = {
    "urgent": ("It works again. You can close this.", "Confirmed, that is in order now."),
    "annoyed": ("All right. You can close this.", "Then we leave it at that."),
    "neutral": ("That is all I needed.", "Thank you, that helped.", "Good, you can close it."),
    "grateful": ("Wonderful, thank you.",),
}
NOTES: Final = (
    "Same customer as last week, please keep it with one agent.", "Team lead has seen it.",
    "Waiting for the other department, reminder set for {day}.", "Tried to ring back, no answer. Will try again {day}.",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignReplies:
    """What is said in another language than English, whatever the case."""

    follow_ups: tuple[str, ...]
    first_reply: str
    question: str
    answer: str


FOREIGN: Final[Mapping[Language, ForeignReplies]] = {
    "de": ForeignReplies(
        follow_ups=(
            "Gibt es schon etwas Neues?", "Ich bitte noch einmal um eine Antwort.", "Am besten per E-Mail.",
        ),
        first_reply="vielen Dank für Ihre Nachricht. Ich sehe mir das an und melde mich bei Ihnen.",
        question="Können Sie mir bitte noch Ihre Kundennummer nennen?",
        answer="das ist erledigt. Melden Sie sich gern, falls noch etwas offen ist.",
    ),
    "fr": ForeignReplies(
        follow_ups=("Avez-vous du nouveau ?", "Je me permets de vous relancer.", "Plutôt par courriel."),
        first_reply="Merci pour votre message. Je m'en occupe et reviens vers vous.",
        question="Pourriez-vous m'indiquer votre numéro de client ?",
        answer="C'est fait. N'hésitez pas à nous écrire s'il reste une question.",
    ),
    "es": ForeignReplies(
        follow_ups=("¿Hay alguna novedad?", "Quedo a la espera de su respuesta.", "Mejor por correo."),
        first_reply="Gracias por su mensaje. Lo estoy revisando y le escribiré.",
        question="¿Podría indicarme su número de cliente?",
        answer="Ya está hecho. Escríbanos si queda alguna duda.",
    ),
    "ar": ForeignReplies(
        follow_ups=("هل من جديد؟", "ما زلت أنتظر ردكم."),
        first_reply="شكرا على رسالتكم. سأراجع الموضوع وأعود إليكم.",
        question="هل يمكنكم إرسال رقم العميل؟",
        answer="تم الأمر. راسلونا إذا بقي أي سؤال.",
    ),
}  # fmt: skip
