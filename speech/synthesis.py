"""From text to the sounds that a Playout sends: each sentence as soon as it is ready."""

import asyncio
import logging
from collections.abc import Callable

from speech.playout import Playout, QueuedSpeech
from speech.tts import TextToSpeech

log = logging.getLogger(__name__)


class Synthesis:
    """Gives `playout` the sounds of what it has queued, and calls `on_ready` whenever another one came.

    Sentences in memory are given at once; from the first that is not, they are synthesised in a thread, in order.
    Every method is called in the event loop.
    """

    def __init__(self, tts: TextToSpeech, playout: Playout, on_ready: Callable[[], None]) -> None:
        self._tts, self._playout, self._on_ready = tts, playout, on_ready
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, queued: QueuedSpeech) -> None:
        for index, sentence in enumerate(queued.texts):
            if (samples := self._tts.cached(sentence, queued.speak.language)) is None:
                task = asyncio.create_task(self._synthesise(queued, index))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                return
            self._playout.supply(queued, index, samples)

    async def close(self) -> None:
        """Nothing more is synthesised."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _synthesise(self, queued: QueuedSpeech, begin: int) -> None:
        try:
            for index in range(begin, len(queued.texts)):
                samples = await asyncio.to_thread(self._tts.synthesise, queued.texts[index], queued.speak.language)
                self._playout.supply(queued, index, samples)
                self._on_ready()
        except Exception:
            log.exception("a sentence could not be spoken")
            queued.failed = True
            self._on_ready()
