"""`serve`, `worker`, `switch`: run one part of the line."""

import asyncio
import os
import sys

import click

from ivr.cli.common import MISSING, MISUSED, fail, load_settings, open_database, report, usable_database
from ivr.clock import SystemClock
from ivr.local.supervisor import environment, port_trouble
from ivr.settings import Settings


@click.command()
@click.argument("part", type=click.Choice(["web", "media"]))
def serve(part: str) -> None:
    """Run the web process (webhooks and pages) or the media process (the calls' audio)."""
    settings = load_settings()
    _need_secrets(settings)
    _prepare(settings, part)
    _replace_by(_web(settings) if part == "web" else _media(settings), settings)


@click.command()
def worker() -> None:
    """Run a worker: hand-offs, recordings, and the outbox that feeds them."""
    settings = load_settings()
    _need_secrets(settings)
    _prepare(settings, "worker")
    _need_redis(settings)
    _replace_by([sys.executable, "-m", "workers"], settings)


@click.command()
def switch() -> None:
    """Run the local stand-in for Twilio, with the softphone page at /phone."""
    settings = load_settings()
    _need_secrets(settings)
    _need_port(settings, settings.switch_port, "WARMLINE_SWITCH_PORT")
    from ivr.cli.switch import run_switch  # the switch is for trying out: not loaded with the rest

    asyncio.run(run_switch(settings))


def _need_secrets(settings: Settings) -> None:
    if wrong := settings.lacking_secrets:
        fail(wrong, MISSING)


def _prepare(settings: Settings, part: str) -> None:
    from ivr.local.setup import prepare
    from ivr.nlu.encoder import MissingModelError as MissingEncoder
    from speech.model_files import MissingModelError
    from speech.voices import VoiceUnavailableError

    try:
        with usable_database():
            prepare(settings, report)
    except (MissingModelError, MissingEncoder, VoiceUnavailableError) as error:
        fail(str(error), MISSING)
    _check_places(settings)
    _check_shared_parts(settings, part)


def _check_shared_parts(settings: Settings, part: str) -> None:
    """Keys and a store with which this host would write what no other can read."""
    from ivr.local.shared_parts import NEEDED, differences

    with usable_database():
        found = differences(settings, open_database(settings), SystemClock().now(), NEEDED[part])
    if found:
        fail("\n".join(found), MISUSED)


def _check_places(settings: Settings) -> None:
    """Addresses and keys with which no process can begin."""
    from ivr.recordings.storage import RecordingStorage
    from ivr.store.redis_client import connect

    try:
        connect(settings.redis).close()
    except ValueError as error:
        fail(f"REDIS_URL is no address of a Redis: {error}.", MISUSED)
    try:
        RecordingStorage(settings.recordings, settings.keyring)
    except ValueError as error:
        fail(f"{error}.", MISUSED)


def _need_redis(settings: Settings) -> None:
    from redis import RedisError

    from ivr.local.redis_server import EmbeddedRedis, RedisNotStartedError
    from ivr.store.redis_client import connect

    try:
        if not settings.redis_url:
            EmbeddedRedis(settings.data_dir / "redis").__enter__()  # ends with this process
        with connect(settings.redis, 3) as connection:
            connection.ping()
    except (RedisError, RedisNotStartedError, ValueError) as error:
        fail(
            f"Redis at {settings.redis} does not answer ({error}). Start it, or set REDIS_URL to where it is.", MISSING
        )


def _web(settings: Settings) -> list[str]:
    _need_port(settings, settings.port, "WARMLINE_PORT")
    return [
        sys.executable, "-m", "uvicorn", "app:create_web", "--factory", "--workers", str(settings.web_processes),
        "--host", _every_address(settings.host, settings.web_processes), "--port", str(settings.port),
        "--ws", "none", "--loop", "uvloop", "--no-access-log", "--log-level", "warning", "--no-server-header",
        "--no-proxy-headers",  # whose word about a client's address counts is WARMLINE_TRUSTED_PROXIES' to say
        # longer than any client of ours keeps a connection: none is closed just as it is used again
        "--timeout-keep-alive", "65", "--backlog", "2048",
        "--timeout-graceful-shutdown", "15",  # seconds, as long as the carrier waits for a webhook
    ]  # fmt: skip


def _media(settings: Settings) -> list[str]:
    _need_port(settings, settings.media_port, "WARMLINE_MEDIA_PORT")
    return [
        sys.executable, "-m", "uvicorn", "app:create_media", "--factory",
        "--host", _every_address(settings.host), "--port", str(settings.media_port),
        "--ws", "websockets-sansio", "--loop", "uvloop", "--no-access-log", "--log-level", "warning",
        # Twilio offers no extensions, and media frames keep the socket awake
        "--ws-per-message-deflate", "false", "--ws-ping-interval", "0",
        "--ws-max-size", str(64 * 1024),  # bytes; a frame of sound has some 400
        "--timeout-graceful-shutdown", "15",  # seconds after the drain: the last words are heard within ten
    ]  # fmt: skip


def _every_address(host: str, processes: int = 1) -> str:
    """What the server is to be told: one process of it takes "::" for IPv6 alone, and nothing for both."""
    return "" if host == "::" and processes == 1 else host


def _replace_by(command: list[str], settings: Settings) -> None:
    os.execve(command[0], command, environment(settings))  # noqa: S606


def _need_port(settings: Settings, port: int, name: str) -> None:
    if trouble := port_trouble(settings.host, port, name):
        fail(trouble, MISSING)
