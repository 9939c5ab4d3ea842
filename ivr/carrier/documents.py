"""The documents that a carrier is answered with: what a caller or an agent hears next, and where the call goes on.

For Twilio the package `twiml` writes them: its functions serve this protocol and say how each document is heard.
"""

from collections.abc import Sequence
from typing import Protocol


class Documents(Protocol):
    """One method per document, each gives it whole, as text. Addresses are absolute URLs, `language` "en" or "es"."""

    FIRST_KEY: int  # seconds in which a key may follow the question of `ask`
    NEXT_KEY: int  # seconds between two keys of `more_keys`
    PAUSE: int  # seconds of silence that end what `ask` records

    # --- the caller and the bot ---

    def answer_call(
        self, notice_url: str, recording_callback: str, resume_url: str, stream_url: str, stream_callback: str,
        token: str,
    ) -> str: ...  # fmt: skip
    def reconnect(self, resume_url: str, stream_url: str, stream_callback: str, token: str, pause: int = 0) -> str: ...
    def pay(self, amount: int, currency: str, connector: str, paid_url: str, progress_url: str) -> str: ...
    def take_message(self, prompt_url: str, action_url: str, recording_callback: str) -> str: ...
    def apologise(self, text: str, url: str, language: str = "en", pause: int = 0) -> str: ...
    def apologise_and_record(
        self, text: str, action_url: str, recording_callback: str, language: str = "en"
    ) -> str: ...
    def goodbye(self, text: str | None = None, language: str = "en") -> str: ...
    def thank(self, text: str, language: str = "en") -> str: ...

    # --- a turn without a media socket ---

    def ask(self, says: Sequence[str], keys_url: str, recorded_url: str, silent_url: str) -> str: ...
    def more_keys(self, count: int | None, keys_url: str) -> str: ...
    def leave(self, says: Sequence[str], url: str, language: str = "en") -> str: ...

    # --- the caller who waits ---

    def park(
        self, conference: str, wait_url: str, status_url: str, left_url: str, listen_url: str, listen_token: str
    ) -> str: ...
    def enter_conference(
        self, conference: str, wait_url: str, status_url: str, left_url: str, first: str = "", language: str = "en"
    ) -> str: ...
    def called_back(
        self, text: str, language: str, recording_url: str, listen_url: str, parameters: dict[str, str],
        enter: tuple[str, str, str, str],
    ) -> str: ...  # fmt: skip
    def queue(
        self, news: str, music_url: str, key_url: str, again_url: str, language: str = "en", announced: str = "",
        plays: int = 2,
    ) -> str: ...  # fmt: skip
    def choose(
        self, text: str, action_url: str, otherwise_url: str, language: str = "en", digits: int = 1, timeout: int = 6
    ) -> str: ...
    def wait(self, music_url: str, wait_url: str, plays: int = 1) -> str: ...

    # --- the agent ---

    def whisper(self, text: str, accept_url: str) -> str: ...
    def join(
        self, conference: str, label: str, left_url: str, status_url: str | None = None, first: str = "",
        language: str = "en",
    ) -> str: ...  # fmt: skip
    def in_a_moment(self, url: str) -> str: ...
    def already_gone(self, text: str) -> str: ...
    def empty(self) -> str: ...

    # --- the agent who calls from their browser ---

    def put_through(self, phone: str, caller_id: str, ring_seconds: int) -> str: ...
    def refuse(self, text: str) -> str: ...

    # --- a line without a store ---

    def ring(
        self, phone: str, text: str, caller_id: str, next_url: str, whisper_url: str, ring_seconds: int
    ) -> str: ...
    def ask_to_accept(self, text: str, accept_url: str) -> str: ...
