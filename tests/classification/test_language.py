"""Finding the language of a ticket: short texts with numbers, names and product words, and never a wild guess."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.classification.language import UNDETERMINED, find_language
from tickets.classification.language_names import language_code, language_name

TEXTS = {
    "en": ("My order #48213 has not arrived yet, can you check?", "Where is my refund?", "The app crashes on iOS 17 when I export"),
    "de": ("Meine Bestellung #48213 ist noch nicht da.", "Login geht nicht", "Rechnung INV-118 doppelt abgebucht, Grüße, John Smith"),
    "fr": ("Ma commande n°48213 n'est pas arrivée.", "Où est mon remboursement ?", "Le dashboard ne charge plus depuis la mise à jour"),
    "es": ("Mi pedido #48213 no ha llegado.", "No puedo iniciar sesión", "El dashboard no carga desde la actualización"),
    "it": ("Il mio ordine #48213 non è arrivato.", "Non riesco ad accedere", "Aspetto il mio pacco da tre settimane"),
    "pt": ("O meu pedido #48213 não chegou.", "Não consigo entrar na minha conta", "Onde está o meu reembolso?"),
    "nl": ("Mijn bestelling #48213 is niet aangekomen.", "Ik kan niet inloggen", "Waar blijft mijn terugbetaling?"),
    "pl": ("Moje zamówienie #48213 nie dotarło.", "Nie mogę się zalogować", "Gdzie jest mój zwrot pieniędzy?"),
    "cs": ("Moje objednávka #48213 ještě nedorazila.", "Nemohu se přihlásit", "Aplikace padá, když otevřu export na iOS 17"),
    "sv": ("Min beställning #48213 har inte kommit.", "Jag kan inte logga in", "Var är min återbetalning?"),
    "da": ("Min ordre #48213 er ikke kommet endnu.", "Hvor bliver mine penge af?", "Jeg vil gerne opsige mit abonnement"),
    "fi": ("Tilaukseni #48213 ei ole saapunut.", "En pääse kirjautumaan sisään", "Missä hyvitykseni on?"),
    "tr": ("48213 numaralı siparişim gelmedi.", "Giriş yapamıyorum", "Lütfen aboneliğimi iptal edin"),
    "hu": ("A 48213 számú rendelésem nem érkezett meg.", "Nem tudok bejelentkezni", "Hol van a visszatérítésem?"),
    "ro": ("Comanda mea #48213 nu a ajuns încă.", "Nu mă pot conecta", "Unde este rambursarea mea?"),
    "vi": ("Đơn hàng #48213 của tôi vẫn chưa đến.", "Tôi không đăng nhập được", "Tiền hoàn của tôi đâu?"),
    "ru": ("Мой заказ №48213 не пришёл.", "Не могу войти", "Где мой возврат денег?"),
    "uk": ("Моє замовлення №48213 не прийшло.", "Не можу увійти", "Де моє повернення коштів?"),
    "ar": ("لم يصل طلبي رقم 48213 حتى الآن.", "أرجو إلغاء اشتراكي", "التطبيق يتوقف على iOS 17"),
    "fa": ("سفارش من هنوز نرسیده است.", "نمی‌توانم وارد شوم", "پول من کجاست؟"),
    "he": ("ההזמנה שלי #48213 לא הגיעה.", "איפה ההחזר?", "אני לא מצליח להתחבר"),
    "el": ("Η παραγγελία μου δεν έχει έρθει.", "Δεν μπορώ να συνδεθώ", "Πού είναι τα χρήματά μου;"),
    "th": ("คำสั่งซื้อ #48213 ยังไม่มาถึง", "เข้าสู่ระบบไม่ได้", "ขอเงินคืน"),
    "ko": ("주문 #48213이 도착하지 않았습니다.", "로그인이 안 돼요", "환불"),
    "ja": ("注文 #48213 がまだ届いていません。", "返金はいつですか?", "ログインできない"),
    "zh": ("我的订单 #48213 还没有到。", "无法登录", "退款"),
    "hi": ("मेरा ऑर्डर #48213 अभी तक नहीं आया है।", "मैं लॉग इन नहीं कर पा रहा हूँ", "मेरा पैसा कहाँ है?"),
}  # fmt: skip


@pytest.mark.parametrize("language", TEXTS)
def test_short_tickets_are_in_their_language(language: str) -> None:
    assert [find_language("", text) for text in TEXTS[language]] == [language] * 3


@pytest.mark.parametrize(
    "text",
    [
        "el shipment lessa mawasaltsh w ana ta3ban men el entezar, mafish 7ad beyrod 3alaya",
        "ya gama3a el internet m2tou3 men embare7 w msh 3aref asht3'al, 7aram keda",
        "ana 3ayez floosy, da msh ma3'oul",
        "khedma zay el zeft, 3eib 3aleko",
    ],
)
def test_arabic_in_latin_letters_is_not_read_as_english(text: str) -> None:
    assert find_language("", text) == "ar"


@pytest.mark.parametrize(
    "text",
    [
        "The mp3 of item sku37ab and the ipv6 route of vlan3 do not work, please check web3 and x7",
        "Order ab37cd and order ef73gh have not arrived",
        "Please replace part x3200 with part y7300 in room 37b",
        "Windows7 and office365 on the core7 laptop crash again since yesterday, what can I do about it",
    ],
)
def test_codes_with_digits_are_no_arabic(text: str) -> None:
    assert find_language("", text) in ("", "en")


@pytest.mark.parametrize(
    "text",
    [
        "", "\0", "…", "🙂🙂🔥", "12345 67890", "ok", "Hi", "asdf", "John Smith", "Re: Fwd: INV-88312 / PO 7731",
        "SKU 88-1123 Oxford Karahi Munster", "Adele Ferrari Lamborghini", "Pizza Napoli x2, Tiramisu x1",
        "DHL 00340434161094042557", "https://beispiel.example/ich/warte/seit/wochen/auf/mein/paket", "no internet",
        "Hi Jürgen, any news?", "Zoë's ticket", "pls fix asap", "Printer jam",
    ],
)  # fmt: skip
def test_what_could_be_any_language_is_no_guess(text: str) -> None:
    assert find_language("", text) == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hallo, meine Bestellung fehlt. The order number is 123", "de"),
        ("Where is my order? أين طلبي", "en"),
        ("التطبيق لا يعمل: SharePoint", "ar"),
        ("注文が届いていません。Amazon Prime", "ja"),
        ("请帮我退款 iPhone", "zh"),
    ],
)
def test_of_a_mixed_text_the_larger_part_counts(text: str, language: str) -> None:
    assert find_language("", text) == language


def test_subject_and_message_count_together() -> None:
    assert find_language("Problem", "Ich warte seit drei Wochen auf mein Paket.") == "de"
    assert find_language("Wo ist mein Paket?", "") == "de"


def test_a_quoted_mail_in_another_language_does_not_count() -> None:
    quoted = "\n".join(f"> We are sorry to hear that, could you send us the order number {n}?" for n in range(5))
    assert find_language("", f"Die Nummer steht auf der Rechnung.\n{quoted}") == "de"


def test_letters_that_are_not_latin_are_never_taken_for_english() -> None:
    assert find_language("", "ж") == UNDETERMINED
    assert find_language("", "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ") == UNDETERMINED


@given(st.text(), st.text())
def test_any_text_is_valid(subject: str, message: str) -> None:
    assert find_language(subject, message) in ("", UNDETERMINED) or language_code(find_language(subject, message))


@pytest.mark.parametrize("text", ["a" * 1_000_000, "b@c" * 300_000, "é" * 300_000, "\n--" * 300_000, "> a\n" * 250_000])
def test_a_hostile_text_takes_no_longer_than_others(text: str) -> None:
    started = time.process_time()
    for _ in range(10):
        find_language(text, text)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ("de", "de", "German"),
        ("de-AT", "de", "German (AT)"),
        ("pt_BR", "pt", "Portuguese (BR)"),
        ("EN", "en", "English"),
        ("German", "de", "German"),
        ("german (Austria)", "de", "German"),
        ("Deutsch", "de", "German"),
        ("zh-Hant-TW", "zh", "Chinese (Hant-TW)"),
        ("Klingon", "", "Klingon"),
        ("und", "", "und"),
        ("", "", ""),
    ],
)
def test_what_a_helpdesk_calls_a_language_is_understood(given: str, code: str, name: str) -> None:
    assert (language_code(given), language_name(given)) == (code, name)
