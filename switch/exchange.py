"""What all parts of the switch share: settings, trace, webhooks, voice, and who and what is in a call now."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from switch.config import SwitchConfig
from switch.faults import Faults
from switch.ports import Phone, PhoneSource, TextToSpeech
from switch.trace import Trace
from switch.webhooks import Webhooks

if TYPE_CHECKING:
    from switch.conference import Conference
    from switch.leg import Leg
    from switch.media.recording import Recording
    from switch.text_messages import Message

log = logging.getLogger(__name__)


class Exchange:
    """The shared state of one switch. `url` is its own address, known once it listens."""

    def __init__(self, config: SwitchConfig, tts: TextToSpeech, tts_by_language: Mapping[str, TextToSpeech]) -> None:
        self.config = config
        self.trace, self.faults = Trace(), Faults()
        self.webhooks = Webhooks(config, self.trace, self.faults)
        self.url = ""
        self.legs: dict[str, Leg] = {}
        self.live: dict[str, Leg] = {}
        self.conferences: dict[str, Conference] = {}
        self.recordings: dict[str, Recording] = {}
        self.messages: dict[str, Message] = {}
        self.phones: dict[str, PhoneSource] = {}
        self._tts = lru_cache(maxsize=64)(tts)
        self._tts_by_language = tts_by_language
        self._speaking = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def api(self) -> str:
        """The account's part of the REST address."""
        return f"/2010-04-01/Accounts/{self.config.account_sid}"

    def phone(self, address: str) -> Phone | None:
        """Whoever answers at a number or client address."""
        source = self.phones.get(address)
        return source() if callable(source) else source

    async def speak(self, text: str, language: str = "") -> bytes:
        """`text` spoken, as mu-law, in a `language` like "es-US"; one at a time: voices need not bear two threads."""
        async with self._speaking:
            return await asyncio.to_thread(self._tts_by_language.get(language[:2], self._tts), text)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside the calls; it is kept until done and its failure is noted."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the switch failed", exc_info=error)
            self.trace.problem(0, f"internal: {error!r}")

    async def settle(self, seconds: float) -> None:
        """Wait for what is still under way, then drop the rest."""
        pending = {task for task in self._tasks if task is not asyncio.current_task()}
        if pending:
            _, late = await asyncio.wait(pending, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
