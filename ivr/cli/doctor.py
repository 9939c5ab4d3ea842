"""`doctor`: is everything there that a call needs, and what to do when not."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import click
import httpx

from ivr.carrier.chosen import make_browser_phone, make_carrier, phone_app_url
from ivr.carrier.port import CarrierError
from ivr.cli.common import MISSING, json_option, load_settings, show
from ivr.clock import SystemClock, today
from ivr.dialling.phone_numbers import is_browser, is_written_number
from ivr.people.roster import all_people
from ivr.settings import Settings
from ivr.store.models import Agent


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `fix` says what to do about it, and is empty when all is well."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


class CheckFailedError(Exception):
    """What is wrong, and how to fix it."""

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.detail, self.fix = detail, fix


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check settings, models, Redis, database, carrier and public address; say what to mend."""
    settings = load_settings()
    checks = [_check(name, check, settings) for name, check in CHECKS.items()]
    ok = all(check.ok for check in checks)
    if as_json:
        show({"ok": ok, "checks": [_row(check) for check in checks]})
    else:
        for check in checks:
            click.echo(f"{'ok  ' if check.ok else 'MEND'} {check.name}: {check.detail}")
            if check.fix:
                click.echo(f"     {check.fix}")
    if not ok:
        raise SystemExit(MISSING)


def _row(check: Check) -> dict[str, str | bool]:
    return {"name": check.name, "ok": check.ok, "detail": check.detail, "mend": check.fix}


def _check(name: str, check: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, check(settings))
    except CheckFailedError as found:
        return Check(name, False, found.detail, found.fix)


def _data_folder(settings: Settings) -> str:
    folder = settings.data_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CheckFailedError(
            f"{folder} cannot be written: {error}", "Set WARMLINE_DATA_DIR to a folder of your own."
        ) from error
    return str(folder)


def _whisper(settings: Settings) -> str:
    from speech.model_files import MissingModelError, find_whisper

    try:
        found = find_whisper(settings.whisper_model, settings.data_dir)
    except MissingModelError as error:
        raise CheckFailedError(
            str(error), "Run `make setup`, or set WARMLINE_WHISPER_MODEL to a folder with the weights."
        ) from error
    return f"{settings.whisper_model}, from {found.source}: {found.path} (sha256 {found.sha256[:12]}…)"


def _vad(settings: Settings) -> str:
    from speech.model_files import MissingModelError, find_vad

    try:
        return f"Silero, from packages: {find_vad()}"
    except MissingModelError as error:
        raise CheckFailedError(str(error), "Run `make setup`.") from error


def _voice(settings: Settings) -> str:
    from speech.voices import UnknownVoiceError, VoiceUnavailableError, make_voice

    try:
        voice = make_voice(settings.voice)
    except (UnknownVoiceError, VoiceUnavailableError) as error:
        raise CheckFailedError(str(error), "Run `make setup`, or set WARMLINE_VOICE to another voice.") from error
    return f"{voice.name}: says {voice.speak('Hello.').size / 8000:.1f} s for one word"


def _meaning(settings: Settings) -> str:
    from ivr.nlu.encoder import MissingModelError
    from ivr.nlu.understanding import Understanding

    try:
        understanding = Understanding.load(settings.data_dir)
    except MissingModelError as error:
        raise CheckFailedError(str(error), "Run `make setup`.") from error
    meaning = understanding.understand("I want to talk to a person", today=today(SystemClock(), settings.zone))
    return f'"I want to talk to a person" is understood as {meaning.intent}'


def _redis(settings: Settings) -> str:
    from redis import RedisError

    from ivr.store.redis_client import connect

    if not settings.redis_url and not (settings.data_dir / "redis" / "valkey.sock").exists():
        return "embedded; started with the first process that needs it"
    try:
        with connect(settings.redis, 3) as connection:
            connection.ping()
    except RedisError as error:
        if not settings.redis_url:
            return "embedded; not running now"
        raise CheckFailedError(f"no answer: {error}", "Start Redis, or set REDIS_URL to where it is.") from error
    except ValueError as error:
        raise CheckFailedError("REDIS_URL is no address of a Redis", f"{error}.") from error
    return "answers"


def _database(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from ivr.store.engine import BadDatabaseUrlError, make_engine
    from ivr.store.migrate import pending

    try:
        missing = pending(make_engine(settings.database))
    except BadDatabaseUrlError as error:
        raise CheckFailedError("not an address", str(error)) from error
    except SQLAlchemyError as error:
        raise CheckFailedError(
            f"cannot be opened: {type(error).__name__}", "Set DATABASE_URL to a database that answers."
        ) from error
    return "answers; its tables are made when a process starts" if missing else "answers; its tables are up to date"


def _jobs(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from ivr.store import outbox
    from ivr.store.engine import BadDatabaseUrlError, make_engine, make_sessions

    try:
        with make_sessions(make_engine(settings.database))() as tx:
            count = outbox.given_up(tx)
    except (SQLAlchemyError, BadDatabaseUrlError):
        return "not known: there are no tables yet, or the database does not answer"
    if count:
        raise CheckFailedError(
            f"{count} given up", "`warmline jobs --given-up` shows them; `warmline jobs retry --all` begins them anew."
        )
    return "none was given up"


def _recordings(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from ivr.recordings.lengths import unverified
    from ivr.recordings.places.chosen import make_place
    from ivr.recordings.places.port import PlaceError
    from ivr.recordings.rotation import key_uses
    from ivr.store.engine import BadDatabaseUrlError, make_engine, make_sessions

    try:
        where = make_place(settings.recordings).check()
        ring = settings.keyring
    except PlaceError as error:
        raise CheckFailedError("cannot be kept", f"{error}.") from error
    except ValueError as error:
        raise CheckFailedError("not an address, or not a key", f"{error}.") from error
    try:
        with make_sessions(make_engine(settings.database))() as tx:
            doubtful, uses = unverified(tx), key_uses(tx, ring)
    except (SQLAlchemyError, BadDatabaseUrlError):
        return f"kept, read and deleted at {where}"
    if missing := sum(use.recordings for use in uses if use.id and not use.here):
        raise CheckFailedError(
            f"{missing} cannot be read: their key is not here",
            "`warmline keys list` names it; set it in WARMLINE_RECORDINGS_FORMER_KEYS.",
        )
    never = f"; {doubtful} whose length was never verified" if doubtful else ""
    return f"kept, read and deleted at {where}{never}"


def _shared_parts(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from ivr.local.shared_parts import differences
    from ivr.store.engine import BadDatabaseUrlError, make_engine, make_sessions

    try:
        found = differences(settings, make_sessions(make_engine(settings.database)), SystemClock().now())
    except (SQLAlchemyError, BadDatabaseUrlError, ValueError):
        return "not known: there are no tables yet, or the database does not answer"
    if found:
        raise CheckFailedError("not those of the line's other hosts", " ".join(found))
    return "keys and store are those of the line's other hosts"


def _sound(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from ivr.recordings.copies import withheld
    from ivr.store.engine import BadDatabaseUrlError, make_engine, make_sessions

    try:
        with make_sessions(make_engine(settings.database))() as tx:
            count = withheld(tx)
    except (SQLAlchemyError, BadDatabaseUrlError):
        return "not known: there are no tables yet, or the database does not answer"
    if count:
        raise CheckFailedError(
            f"that of {count} recordings is withheld: a secret was still heard in it after several tries",
            "Nobody hears it. From now on, a larger WARMLINE_RECORD_MODEL finds secrets more surely.",
        )
    return "none is withheld"


def _redaction(settings: Settings) -> str:
    from ivr.recordings.presidio import PresidioFinder, PresidioMissingError

    personal = settings.personal
    also = " and ".join(["names"] * personal.names + ["addresses"] * personal.addresses)
    told = f"secrets, {also}" if also else "secrets"
    if isinstance(personal.finder, PresidioFinder):
        try:
            personal.finder.load()
        except PresidioMissingError as missing:
            raise CheckFailedError(f"{missing}", "Without it no recording is transcribed.") from missing
        told += ", with Presidio"
    return told


def _ledger(settings: Settings) -> str:
    from ivr.ledger.http import HttpLedger
    from ivr.ledger.port import LedgerError

    if not settings.ledger_url:
        return "the SQL ledger in the database"
    try:
        with HttpLedger(settings.ledger_url, settings.ledger_token.get_secret_value()) as ledger:
            ledger.find_by_number("0")
    except LedgerError as error:
        raise CheckFailedError(
            str(error), "Check WARMLINE_LEDGER_URL, as in https://host/v1, and WARMLINE_LEDGER_TOKEN."
        ) from error
    return "answers"


def _carrier(settings: Settings) -> str:
    if not re.fullmatch(r"AC[0-9a-f]{32}", settings.twilio_account_sid):
        raise CheckFailedError(
            "no account", "Set TWILIO_ACCOUNT_SID (AC and 32 hex digits), or try `warmline demo`, which needs none."
        )
    if wrong := settings.lacking_secrets:
        raise CheckFailedError("no secret", wrong)
    if not is_written_number(settings.twilio_number):
        raise CheckFailedError(
            f"TWILIO_NUMBER={settings.twilio_number!r} is no number", "Set it in E.164, as in +15550100100."
        )
    asked = settings.carrier_url or "Twilio"
    try:
        make_carrier(settings.twilio, settings.dials.policy).check()
    except CarrierError as error:
        fix = "Check TWILIO_ACCOUNT_SID and its credentials" + (
            ", and WARMLINE_CARRIER_URL: it replaces Twilio." if settings.carrier_url else "."
        )
        raise CheckFailedError(f"{asked} refuses or is not reached: {error}", fix) from error
    return f"{asked} accepts the account"


def _browser_phones(settings: Settings) -> str:
    people = _with_browser_phones(settings)
    if people is None:
        return "not known: there are no tables yet, or the database does not answer"
    if not people:
        return "nobody has one"
    names = ", ".join(sorted(person.name for person in people))
    if settings.carrier_url:
        return f"{names}: on the page of the switch, {settings.carrier_url}"
    if never := [f"{one.name} ({one.phone})" for one in people if settings.dials.policy.refuses(one.phone)]:
        raise CheckFailedError(
            f"{', '.join(never)} can never be rung", "Give each a phone `client:NAME`, of letters, digits and _."
        )
    if lacking := make_browser_phone(settings.phone_account, settings.data_dir).lacking():
        raise CheckFailedError(f"{names} cannot be rung: phones in browsers are not set up", " ".join(lacking))
    _check_phone_app(settings)
    return f"{names}: key, TwiML app and script are there; only a call shows that they work"


def _with_browser_phones(settings: Settings) -> list[Agent] | None:
    """Those who may be rung in their browser; None where no table can be read."""
    from sqlalchemy.exc import SQLAlchemyError

    from ivr.store.engine import BadDatabaseUrlError, make_engine, make_sessions

    try:
        with make_sessions(make_engine(settings.database))() as tx:
            return [one for one in all_people(tx) if is_browser(one.phone) and one.disabled_at is None]
    except (SQLAlchemyError, BadDatabaseUrlError):
        return None


def _check_phone_app(settings: Settings) -> None:
    wanted = f"{settings.public_url.rstrip('/')}/voice/phone"
    try:
        found = phone_app_url(settings.twilio, settings.twilio_twiml_app_sid)
    except CarrierError:
        return  # the check of the carrier says why
    if found is None:
        raise CheckFailedError("the account has no such TwiML app", "Set TWILIO_TWIML_APP_SID to one of its own.")
    if found != wanted:
        raise CheckFailedError(
            f"the TwiML app asks {found or 'nobody'} when an agent calls",
            f"In the carrier's console, set the app's voice request URL to {wanted} (HTTP POST).",
        )


def _time_zone(settings: Settings) -> str:
    if "time_zone" not in settings.model_fields_set:
        raise CheckFailedError(
            'none is set: "today" begins and ends with the day in UTC',
            "Set WARMLINE_TIME_ZONE to the line's, as in America/New_York; to UTC, where that is meant.",
        )
    return f"{settings.time_zone}: it is {SystemClock().now().astimezone(settings.zone):%A, %H:%M} there"


def _public_url(settings: Settings) -> str:
    address = f"{settings.public_url.rstrip('/')}/health"
    try:
        answer = httpx.get(address, timeout=5)
    except httpx.HTTPError as error:
        raise CheckFailedError(
            f"{address} does not answer ({type(error).__name__})",
            "Start `warmline serve web`, and set PUBLIC_URL to the address at which the carrier reaches it.",
        ) from error
    if answer.status_code != 200:
        raise CheckFailedError(
            f"{address} answers {answer.status_code}", "Set PUBLIC_URL to the web process's public address."
        )
    return f"{settings.public_url} answers"


CHECKS: dict[str, Callable[[Settings], str]] = {
    "data folder": _data_folder,
    "whisper weights": _whisper,
    "voice activity": _vad,
    "voice": _voice,
    "meaning": _meaning,
    "redis": _redis,
    "database": _database,
    "jobs": _jobs,
    "recordings": _recordings,
    "taken out": _redaction,
    "shared by all hosts": _shared_parts,
    "sound without secrets": _sound,
    "ledger": _ledger,
    "carrier": _carrier,
    "phones in browsers": _browser_phones,
    "time zone": _time_zone,
    "public address": _public_url,
}
