"""The documents of a call with the bot: what the call does next, with the addresses at which it goes on."""

from urllib.parse import urlsplit

from ivr.calls.next_step import Goodbye, Next, Park, Reconnect, TakeMessage, WithoutSocket
from ivr.carrier.documents import Documents
from ivr.channels.audio_files import MESSAGES
from ivr.payments.bot_cards import Card
from ivr.phrasing.announcements import Announcements


class CallDocuments:
    """The carrier's documents with our addresses filled in: `public` is our public URL, `media` the media socket's.

    `payment_connector` is the name under which the carrier knows who charges cards."""

    def __init__(self, documents: Documents, public: str, media: str, payment_connector: str = "Default") -> None:
        self._documents = documents
        self._connector = payment_connector
        self._public = public.rstrip("/")
        self._media = media.rstrip("/")
        self.prefix = urlsplit(self._public).path
        self.resume = self._at("/voice/resume")
        self.recording = self._at("/voice/recording")
        self.message = self._at("/voice/message")
        self._stream = self._at("/voice/stream")

    def answer_call(self, token: str) -> str:
        notice = self._at("/voice/audio/notice.wav")
        return self._documents.answer_call(notice, self.recording, self.resume, self._media, self._stream, token)

    def next(self, after: Next) -> str:
        match after:
            case Reconnect():
                return self._documents.reconnect(self.resume, self._media, self._stream, after.token, after.pause)
            case WithoutSocket():
                return self._documents.leave((), self._at("/voice/turn"))
            case Card():
                return self._pay(after)
            case Park():
                return self._park(after)
            case TakeMessage():
                prompt = MESSAGES[Announcements(after.language).language]
                return self._documents.take_message(self._at(f"/voice/audio/{prompt}"), self.message, self.recording)
            case Goodbye():
                words = Announcements(after.language)
                return (
                    self._documents.thank(words.line("goodbye"), words.language)
                    if after.thank
                    else self._documents.goodbye()
                )

    def sorry(self, after: Next | None, words: Announcements) -> str:
        """After a fault: on to a person, or, with None or no way there, a message; needs no file of ours."""
        match after:
            case Reconnect() | WithoutSocket() | Card() | Park():
                return self._documents.apologise(words.line("fault.person"), self.resume, words.language)
            case Goodbye():
                return self._documents.goodbye()
            case TakeMessage() | None:
                text = words.line("fault.message")
                return self._documents.apologise_and_record(text, self.message, self.recording, words.language)

    def _pay(self, card: Card) -> str:
        paid, progress = self._at(f"/voice/paid/{card.turn}"), self._at("/voice/card")
        return self._documents.pay(card.amount, card.currency, self._connector, paid, progress)

    def _park(self, park: Park) -> str:
        base = self._at(f"/handoff/{park.handoff}")
        return self._documents.park(
            park.conference,
            f"{base}/wait",
            f"{base}/conference",
            f"{base}/caller-left",
            f"{self._media}/listen",
            park.token,
        )

    def _at(self, path: str) -> str:
        return self._public + path
