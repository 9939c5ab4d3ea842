"""What a phone hears, cut into utterances that are recognised in order while the call goes on."""

import asyncio
from collections.abc import Callable

from switch.media.audio import decode
from switch.phones.call_record import CallRecord, Heard
from switch.phones.recorded_lines import normalised
from switch.phones.segmenter import Segmenter, Utterance
from switch.ports import SpeechToText

_SHORTEST = 0.12


class Recognition:
    """Adds each utterance to the record; `report` is told when its words are known."""

    def __init__(self, stt: SpeechToText, record: CallRecord, report: Callable[[Heard], None]) -> None:
        self._stt, self._record, self._report = stt, record, report
        self._segmenter = Segmenter()
        self._last: asyncio.Task[None] | None = None
        self._read = 0

    @property
    def hearing(self) -> bool:
        """The far side is speaking, or has not yet rested long enough to have finished."""
        return self._segmenter.started is not None

    @property
    def started(self) -> float | None:
        return self._segmenter.started

    @property
    def last_audible(self) -> float:
        """When the far side was last audible; before the call when it never was."""
        return -1.0 if self._segmenter.last_audible is None else self._segmenter.last_audible

    def feed(self, frame: bytes) -> None:
        self._take(self._segmenter.feed(decode(frame)))

    def close(self) -> None:
        self._take(self._segmenter.finish())

    async def finished(self) -> None:
        """All that was heard has been recognised."""
        if self._last is not None:
            await self._last

    def has_heard(self, words: str) -> bool:
        """These words, in this order, since those that were last asked for; they are used up by it."""
        wanted = f" {normalised(words)} "
        so_far = ""
        for index, entry in enumerate(self._record.heard[self._read :], self._read + 1):
            so_far += f" {normalised(entry.text)}"
            if wanted in f"{so_far} ":
                self._read = index
                return True
        return False

    def said_since(self, at: float) -> str | None:
        """All that began after `at`, recognised; None while some of it is not, or is still being said."""
        lately = [entry for entry in self._record.heard if entry.start > at]
        recognised = self._last is None or self._last.done()
        return None if self.hearing or not recognised else " ".join(entry.text for entry in lately)

    def _take(self, utterance: Utterance | None) -> None:
        if utterance is None or utterance.end - utterance.start < _SHORTEST:
            return
        entry = Heard(utterance.start, utterance.end)
        self._record.heard.append(entry)
        self._last = asyncio.get_running_loop().create_task(self._recognise(self._last, utterance, entry))

    async def _recognise(self, before: "asyncio.Task[None] | None", utterance: Utterance, entry: Heard) -> None:
        if before is not None:
            await before
        try:
            entry.text = (await self._stt(utterance.samples)).strip()
        except Exception as error:  # whatever a recogniser may raise: the call goes on, and the record says so
            self._record.problems.append(f"what was said at {entry.start:.1f} s was not recognised: {error}")
        self._report(entry)
