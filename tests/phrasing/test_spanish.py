"""A caller who speaks Spanish is spoken to in Spanish until a person takes over, with figures as one says them."""

import string
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

import twiml
from ivr.calls.next_step import Park, TakeMessage
from ivr.desk.opening_hours import OpeningHours
from ivr.dialogue.actions import HandOff, Say
from ivr.dialogue.events import Said
from ivr.dialogue.prompts import LINES, PROMPTS
from ivr.dialogue.prompts.es import Spanish
from ivr.handoff.supervision import Supervision
from ivr.phrasing.announcements import Announcements
from ivr.store.engine import Sessions
from ivr.store.models import Offer
from ivr.web.hooks.call_documents import CallDocuments
from tests.fakes.fake_carrier import leg
from tests.fakes.fake_clock import FakeClock
from tests.harness.dialogue_talk import Talk, said
from tests.harness.handoff_world import CALLER, World

pytestmark = pytest.mark.integration

ES = Announcements("es")


def test_spanish_has_every_sentence_of_the_line_with_the_same_figures() -> None:
    assert LINES["es"].keys() == LINES["en"].keys()
    for name, text in LINES["es"].items():
        assert fields(text) == fields(LINES["en"][name]), name
        assert text != LINES["en"][name]


def fields(text: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize(
    "event",
    [
        said("necesito ayuda con mi cuenta", language="es"),
        said("quiero hablar con un agente", "human_agent", language="es"),
        said("esto es una mierda", upset=True, language="es"),
    ],
)
def test_whatever_hands_a_spanish_speaker_over_is_said_in_spanish(event: Said) -> None:
    talk = Talk().play(event)
    assert [(one.language, one.prompt.partition("/")[0] in PROMPTS["es"]) for one in spoken(talk)] == [("es", True)]
    assert isinstance(talk.last, HandOff) and talk.last.language == "es"


def spoken(talk: Talk) -> list[Say]:
    return [action for action in talk.actions if isinstance(action, Say)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "un minuto"), (61, "dos minutos"), (720, "doce minutos"),
        (21 * 60, "veintiún minutos"), (31 * 60, "treinta y un minutos"),
    ],
)  # fmt: skip
def test_a_wait_as_one_says_it(seconds: float, words: str) -> None:
    assert ES.duration(seconds) == f"más o menos {words}"


def test_the_place_in_the_queue() -> None:
    assert "La próxima llamada que atendemos es la suya." in ES.news(1, None)
    assert "la número tres en la fila" in ES.news(3, 130) and "tres minutos" in ES.news(3, 130)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 2, 8, tzinfo=UTC), "hoy a las ocho de la mañana"),
        (datetime(2026, 3, 3, 13, 30, tzinfo=UTC), "mañana a la una y media de la tarde"),
        (datetime(2026, 3, 4, 9, 15, tzinfo=UTC), "el miércoles a las nueve y cuarto de la mañana"),
        (datetime(2026, 3, 5, 12, tzinfo=UTC), "el jueves a las doce del mediodía"),
        (datetime(2026, 4, 1, 20, 20, tzinfo=UTC), "el miércoles primero de abril a las ocho y veinte de la noche"),
    ],
)
def test_when_we_open(at: datetime, words: str) -> None:
    assert Spanish().opening(at, date(2026, 3, 2)) == words


# --- in a call ---


@pytest.fixture
def world(sessions: Sessions, clock: FakeClock) -> World:
    return World(sessions, clock)


def heard(document: str) -> str:
    """What a document says; every word of it by the Spanish voice."""
    says = list(ET.fromstring(document).iter("Say"))
    assert says and all(say.get("language") == "es-US" for say in says), document
    return " ".join(say.text or "" for say in says)


def test_in_the_queue(world: World) -> None:
    world.agent("ann", "on-call")
    world.parked("es")
    assert heard(world.hook("queue", CallSid=CALLER)).startswith("La próxima llamada")
    assert "oprima uno" in heard(world.hook("key", CallSid=CALLER, Digits="0"))
    assert heard(world.hook("number", CallSid=CALLER, Digits="2")).startswith("Marque el número")
    assert "no podemos llamar" in heard(world.hook("keyed", CallSid=CALLER, Digits="12"))
    assert heard(world.hook("keyed", CallSid=CALLER, Digits="2125552368")).startswith("Tengo el 1, 2 1 2")
    assert "en cuanto llegue su turno" in heard(world.hook("confirm/12125552368", CallSid=CALLER, Digits="1"))


def test_an_announcement_stays_in_the_words_it_was_written_in(world: World) -> None:
    world.agent("ann", "on-call")
    eve = world.agent("eve", roles=["supervisor"])
    world.parked("es")
    Supervision(world.sessions, world.clock, world.carrier, world.live, world.service).announce("Cards are down.", eve)
    first, second = ET.fromstring(world.hook("queue", CallSid=CALLER)).iter("Say")
    assert (first.text, first.get("language"), second.get("language")) == ("Cards are down.", None, "es-US")


def test_when_nobody_is_free_and_when_we_are_closed(world: World, sessions: Sessions, clock: FakeClock) -> None:
    world.hours = OpeningHours.parse("tue 08:00-20:00")
    world.service = world.another_process()
    world.client = world._client()
    world.parked("es")
    world.clock.forward(61)
    world.run_due()
    said_of = heard(world.hook("offers", CallSid=CALLER))
    assert "Abrimos mañana a las ocho de la mañana." in said_of and "Oprima dos para dejar un mensaje" in said_of
    assert heard(world.hook("choice", CallSid=CALLER, Digits="2")) == "Un momento, por favor."


def test_the_call_back_greets_in_spanish(world: World) -> None:
    world.agent("ann", "on-call")
    world.parked("es")
    world.hook("queue", CallSid=CALLER)
    world.hook("number", CallSid=CALLER, Digits="1")
    assert heard(world.hook("9/caller", CallSid=leg(2))) == LINES["es"]["call_back.missed"]
    assert (
        ES.calling_back("Banco Uno")
        == "Hola. Es la llamada de Banco Uno que usted nos pidió. Se graba. Un momento, le comunico."
    )


def test_an_agent_who_speaks_spanish_is_asked_first(world: World) -> None:
    world.agent("ann")
    world.clock.forward(600)
    maria = world.agent("maria", languages=["en", "es"])
    world.parked("es")
    with world.sessions() as tx:
        assert tx.get_one(Offer, 1).agent_id == maria


def test_after_a_fault_the_caller_is_comforted_in_spanish() -> None:
    documents = CallDocuments(twiml, "https://line.test", "wss://line.test/media")
    assert heard(documents.sorry(Park(1, "room", "t"), ES)) == LINES["es"]["fault.person"]
    assert heard(documents.sorry(None, ES)) == LINES["es"]["fault.message"]
    assert "/voice/audio/message-es.wav" in documents.next(TakeMessage("es"))
