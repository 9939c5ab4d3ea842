"""Everything said in Spanish: enough by the bot to hand the caller over, and all that the line says from then on."""

from datetime import date, datetime

from num2words import num2words

from ivr.dialogue.prompts.language import Vocabulary
from ivr.number_words import words_of

PROMPTS: dict[str, tuple[str, ...]] = {
    "recording.off": ("De acuerdo, esta llamada ya no se graba.",),
    "person.language": ("Un momento, por favor, le comunico con una persona.",),
    "person.asked": ("Claro, le comunico con una persona.",),
    "person.upset": ("Lo siento mucho, le comunico con una persona ahora mismo.",),
}

LINE: dict[str, str] = {
    "one_moment": "Un momento, por favor.",
    "goodbye": "Gracias por llamar. Hasta luego.",
    "parting": "Su llamada con nuestro agente ha terminado. Si ya está todo, gracias por llamar, puede colgar. "
    "Si se cortó, no cuelgue y le comunico de nuevo.",
    # --- the queue ---
    "queue.next": "La próxima llamada que atendemos es la suya.",
    "queue.place": "Su llamada es la número {place} en la fila.",
    "queue.wait": "Últimamente, en casos como el suyo, la espera ha sido de {wait}.",
    "queue.unrecorded": "Esta llamada ya no se graba.",
    "queue.zero": "Si prefiere que le llamemos, oprima cero.",
    # --- nobody is free ---
    "offers.busy": "Lo siento. En este momento no hay nadie libre para atenderle.",
    "offers.closed": "Lo siento. En este momento está cerrado. Abrimos {opens}.",
    "offers.choice": "Oprima uno y le llamamos. Oprima dos para dejar un mensaje.",
    # --- an agent comes free meanwhile ---
    "agent.free": "Ya hay un agente libre. Un momento, por favor.",
    "agent.rings": "En este momento suena el teléfono de un agente para usted. Un momento, por favor.",
    "agent.lost": "Lo siento, al final no pudimos comunicarle con el agente. Lo que ya dijo queda guardado.",
    # --- the call-back ---
    "call_back.own": "Le llamaremos al {number}, y usted conserva su lugar en la fila.",
    "call_back.own_choice": "Si es correcto, oprima uno. Para otro número, dos. Para dejar un mensaje, tres.",
    "call_back.key": "Marque el número al que debemos llamar y después oprima la tecla de número.",
    "call_back.wrong": "A ese número no podemos llamar.",
    "call_back.refused": "Lo siento, hoy no puedo prometer otra llamada a ese número. "
    "Para otro número, oprima uno, o espere para dejar un mensaje.",
    "call_back.confirm": "Tengo el {number}. Si es correcto, oprima uno. Para marcarlo de nuevo, oprima dos.",
    "call_back.booked": "Gracias. Le llamaremos en cuanto llegue su turno. Hasta luego.",
    "call_back.booked_closed": "Gracias. Le llamaremos cuando abramos, {opens}. Hasta luego.",
    "call_back.hello": "Hola. Le devolvemos la llamada que nos pidió. Se graba. Un momento, le comunico.",
    "call_back.hello_from": "Hola. Es la llamada de {company} que usted nos pidió. Se graba. Un momento, le comunico.",
    "call_back.missed": "Lo siento, nuestro colega ya no está. Le llamaremos de nuevo. Hasta luego.",
    # --- brought into a call from outside ---
    "transfer.recorded": "Antes de empezar: esta llamada se graba.",
    # --- the message ---
    "message.ask": "Lo siento, en este momento no hay nadie libre. Deje su mensaje después del tono y le llamaremos. "
    "Al terminar, oprima la tecla de número.",
    "message.thanks": "Gracias. Tenemos su mensaje y le llamaremos. Hasta luego.",
    "message.none": "Puede llamarnos de nuevo cuando quiera. Hasta luego.",
    # --- a fault of ours ---
    "fault.person": "Lo siento, algo falló de nuestra parte. Le comunico con una persona.",
    "fault.message": "Lo siento, tenemos una falla. Deje su nombre, su número y su mensaje después del tono, "
    "y una persona le llamará.",
}

VOCABULARY = Vocabulary(
    words=words_of(
        """hola buenos buenas dias días tardes noches quiero quisiera necesito puedo puede hablar español espanol
    castellano saldo cuenta tarjeta pagar pago dinero cuanto cuánto cuando cuándo como cómo gracias por favor mi
    el la los las una un persona alguien con de que qué es en para si sí tengo debo ayuda ingles inglés no
    entiendo hacer factura agente ahora donde dónde usted señor señora repita otra vez necesita comprendo perdón
    disculpe fecha vencimiento cargo minimo mínimo quien quién hay mañana hoy crédito credito ahorros transferir
    mis del al muy bien ayudar ayudarme operador habla dólares dolares cincuenta veinte"""
    ),
    shared=words_of("no me mi el la son a de un en es los las como con hay favor al persona mis por para si"),
    asked_for=(
        r"(?:speaks?|talk|in|any|for) spanish",
        r"spanish (?:speak\w*|please|agent|person|language)",
        r"^spanish$",
        r"en espa[nñ]ol",
        r"habla espa[nñ]ol",
    ),
)


class Spanish:
    later = "más tarde"
    this_phone = "teléfono desde el que llama"

    def minutes(self, count: int) -> str:
        return f"más o menos {_before_noun(count)} {'minuto' if count == 1 else 'minutos'}"

    def place(self, position: int) -> str:
        return _number(position)

    def opening(self, local: datetime, today: date) -> str:
        days = (local.date() - today).days
        named = f"el {_DAYS[local.weekday()]}"
        if days > 6:
            named += f" {_first(local.day)} de {_MONTHS[local.month - 1]}"
        day = {0: "hoy", 1: "mañana"}.get(days, named)
        return f"{day} {_hour(local)}"


_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_MINUTES = {0: "", 15: " y cuarto", 30: " y media"}


def _number(value: int) -> str:
    return str(num2words(value, lang="es"))


def _before_noun(value: int) -> str:
    """ "uno" before a masculine noun: un minuto, veintiún minutos, treinta y un minutos."""
    words = _number(value)
    return f"{words[:-3]}{'ún' if words.endswith('veintiuno') else 'un'}" if words.endswith("uno") else words


def _first(day: int) -> str:
    return "primero" if day == 1 else _number(day)


def _hour(local: datetime) -> str:
    """ "a la una y media de la tarde", "a las ocho de la mañana"."""
    hour = local.hour % 12 or 12
    article = "a la una" if hour == 1 else f"a las {_number(hour)}"
    minutes = _MINUTES.get(local.minute, f" y {_number(local.minute)}")
    return f"{article}{minutes} {_part_of_day(local)}"


def _part_of_day(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "del mediodía"
    parts = ((1, "de la noche"), (6, "de la madrugada"), (12, "de la mañana"), (20, "de la tarde"), (24, "de la noche"))
    return next(part for before, part in parts if local.hour < before)


LOCALE = Spanish()
