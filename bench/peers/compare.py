"""Our speech beside a pipecat bot and beside plain `transcribe`: same clips, weights, voice and machine, one run.

    python -m bench.peers.compare --peer PYTHON [--data DIR] [--turns N] [--json FILE]

PYTHON is the interpreter of an environment with bench/peers/requirements.txt. The bots take turns with each clip.
"""

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from bench.peers.ours import REPLY
from bench.tools.callers import Caller, Clip, percentile
from bench.tools.line import Tell, free_ports
from bench.tools.machine import machine
from bench.tools.recorded_speech import distance, normal
from bench.tools.sayings import human_clips, rendered_clips
from bench.tools.streams import Clock, Stream
from ivr.local.redis_server import die_with_parent
from ivr.settings import Settings
from speech.audio import write_wav
from speech.model_files import find_whisper
from speech.voices import make_voice

BOTS = ("ours", "plain", "pipecat")
START_SECONDS = 120.0
ANSWER_SECONDS = 15.0
REST_SECONDS = 3.0  # after the answer: a bot that cut the clip in two says the rest of it


class PeerError(RuntimeError):
    """A bot did not start; the message has the end of what it printed."""


def run(
    settings: Settings, peer: Path, data: Path | None = None, turns: int = 60, tell: Tell = print
) -> dict[str, Any]:
    """`turns` clips to each bot. Raises PeerError, MissingModelError, NoDataError."""
    clips = (human_clips(data) if data else []) + rendered_clips()
    clips = [clip for pair in zip(clips, reversed(clips), strict=True) for clip in pair][
        :turns
    ]  # people and voices mixed
    weights = find_whisper(settings.whisper_model, settings.data_dir).path
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        bots = {name: running.enter_context(_bot(name, peer, weights, Path(folder), tell)) for name in BOTS}
        table = asyncio.run(_converse(bots, clips, tell))
    return {"bench": "peers", "machine": machine(), "figures": figures(table), "table": table}


@contextlib.contextmanager
def _bot(name: str, peer: Path, weights: Path, folder: Path, tell: Tell) -> Iterator["_Bot"]:
    """The bot's process, answering."""
    [port] = free_ports(1)
    heard, log, reply = folder / f"{name}.jsonl", folder / f"{name}.log", folder / "reply.wav"
    heard.touch()
    if not reply.exists():
        write_wav(reply, make_voice("heart").speak(REPLY))
    script = str(Path(__file__).with_name("pipecat_bot.py"))
    command = (
        [str(peer), script, str(port), str(weights), str(reply), str(heard)]
        if name == "pipecat"
        else [sys.executable, "-m", "bench.peers.ours", str(port), str(weights), str(folder), str(heard), name]
    )
    with log.open("wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out, preexec_fn=die_with_parent)
    try:
        _await(child, port, log, name)
        tell(f"{name} is running")
        yield _Bot(f"ws://127.0.0.1:{port}/media", heard)
    finally:
        child.kill()  # it has nothing to keep, and pipecat's does not end while a stream is open
        child.wait()


def _await(child: subprocess.Popen[bytes], port: int, log: Path, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    raise PeerError(f"{name} did not start:\n" + log.read_text(errors="replace")[-1500:])


class _Bot:
    """One open stream to a bot, and the file of what it heard."""

    def __init__(self, url: str, heard: Path) -> None:
        self.caller = Caller(lambda: None)
        self.stream = Stream(url, self.caller)
        self._heard, self._read = heard, 0

    async def hear(self, clip: Clip) -> dict[str, Any]:
        """Say the clip; wait for the answer, and for whatever else comes of it."""
        self.caller.say(clip)
        turn = self.caller.turns[-1]
        deadline = time.monotonic() + len(clip.sound) / 8000 + ANSWER_SECONDS
        while (turn.ms is None or self.caller.speaking) and time.monotonic() < deadline and not turn.cut:
            await asyncio.sleep(0.05)
        await asyncio.sleep(REST_SECONDS if not turn.cut else REST_SECONDS + len(clip.sound) / 8000)
        lines = self._heard.read_text(encoding="utf-8").splitlines()
        heard = " ".join(json.loads(line)["text"] for line in lines[self._read :])
        self._read = len(lines)
        return {"ms": turn.ms, "cut": turn.cut, "heard": heard}


async def _converse(bots: dict[str, _Bot], clips: list[Clip], tell: Tell) -> list[dict[str, Any]]:
    clock = Clock()
    ticking = asyncio.create_task(clock.run())
    streams = [asyncio.create_task(bot.stream.run(clock, "", "none")) for bot in bots.values()]
    await asyncio.sleep(3)
    for bot in bots.values():
        await bot.hear(clips[-1])  # the first run allocates: not counted
    table = []
    for number, clip in enumerate(clips, 1):
        for name, bot in bots.items():
            wanted = normal(clip.text)
            row = {"bot": name, "kind": clip.kind, "said": clip.text, **await bot.hear(clip)}
            wrong = min(len(wanted), distance(wanted, normal(row["heard"])))
            table.append(row | {"words": len(wanted), "wrong": wrong})
        if number % 5 == 0 or number == len(clips):
            tell(f"{number} of {len(clips)} clips")
    for bot in bots.values():
        bot.stream.stop()
    await asyncio.wait(streams, timeout=5)
    ticking.cancel()
    return table


def figures(table: list[dict[str, Any]]) -> dict[str, float]:
    """p50, p95, word errors, cut-offs and missed answers of each bot, and how many times slower the others are."""
    found: dict[str, float] = {}
    for name in BOTS:
        rows = [row for row in table if row["bot"] == name]
        answers = [row["ms"] for row in rows if row["ms"] is not None]
        found |= {f"{name}_p50_ms": percentile(answers, 0.5), f"{name}_p95_ms": percentile(answers, 0.95)}
        words = sum(row["words"] for row in rows)
        found[f"{name}_word_errors_percent"] = round(100 * sum(row["wrong"] for row in rows) / max(1, words), 1)
        found[f"{name}_cut_off"] = sum(row["cut"] for row in rows)
        found[f"{name}_unanswered"] = sum(row["ms"] is None and not row["cut"] for row in rows)
    for name in BOTS[1:]:
        for share in ("p50", "p95"):
            ours = found[f"ours_{share}_ms"]
            found[f"{name}_ratio_{share}"] = round(found[f"{name}_{share}_ms"] / ours, 2) if ours else 0.0
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, required=True, help="python of an environment with pipecat")
    parser.add_argument("--data", type=Path, help="a folder with speech.jsonl and digit_strings.jsonl")
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--json", type=Path, help="also write the result with its table there")
    given = parser.parse_args()
    result = run(Settings(), given.peer, given.data, given.turns, lambda text: print(text, file=sys.stderr))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(result["machine"])
    for name, value in result["figures"].items():
        print(f"  {name}: {value}")


if __name__ == "__main__":
    main()
