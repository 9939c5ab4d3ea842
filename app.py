"""Where the parts meet: settings in, wired apps out."""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads would spin both cores

import time
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask
from prometheus_client import CollectorRegistry
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from ivr.calls.dialogue_service import DialogueService
from ivr.calls.dialogue_steps import DialogueSteps
from ivr.calls.one_time_codes import OneTimeCodes
from ivr.calls.opening import Opening
from ivr.calls.pin_guard import PinGuard, PinLimits
from ivr.calls.queries import Queries
from ivr.calls.service import CallService
from ivr.calls.sweeper import Sweeper
from ivr.calls.take_over import BotCalls
from ivr.carrier.chosen import make_browser_phone, make_carrier, make_dialect
from ivr.carrier.dialect import Dialect
from ivr.carrier.port import LineCarrier
from ivr.channels.admission import Admission
from ivr.channels.audio_files import notice_version
from ivr.channels.listening import SoundRelay
from ivr.channels.recorded_turns import RecordedTurns
from ivr.clock import Clock, SystemClock
from ivr.desk.agent_calls import AgentCalls
from ivr.desk.bot_brake import Brakes
from ivr.desk.ringing import RingTimes
from ivr.desk.standby import StandbyDesk
from ivr.dialogue.actions import AnswerKind, HandOff
from ivr.dialogue.meaning import Meaning
from ivr.handoff.account_holders import AccountHolders
from ivr.handoff.call_back_desk import CallBackDesk
from ivr.handoff.config import HandoffConfig
from ivr.handoff.request import request_handoff
from ivr.handoff.service import HandoffService
from ivr.handoff.supervision import Supervision
from ivr.handoff.warm_transfer import Transfers, caller_leg
from ivr.ledger.http import HttpLedger
from ivr.ledger.port import Ledger
from ivr.ledger.sql import SqlLedger
from ivr.live_updates import LiveUpdates
from ivr.logs import CallThreads, set_up_logging
from ivr.made_once import made_once
from ivr.metrics.process import WebhookFigures, count_errors, line_registry, media_registry
from ivr.metrics.reading import make_metrics_blueprint, metrics_route
from ivr.nlu.understanding import Understanding
from ivr.payments.agent_card_service import AgentCards, CardConfig
from ivr.people.api_keys import key_of
from ivr.recordings.storage import RecordingStorage
from ivr.settings import Settings, webhook_keys
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.health import Watch, probe
from ivr.store.models import Call, Handoff
from ivr.store.redis_client import connect
from ivr.traces import set_up_traces
from ivr.web.bot_sound import BotSound
from ivr.web.event_streams import Hub, Streams
from ivr.web.front import make_front
from ivr.web.hooks.agent_phones import make_agent_phone_hooks
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.calls import make_voice_blueprint
from ivr.web.hooks.cards import make_card_hooks
from ivr.web.hooks.dispatch import Webhooks
from ivr.web.hooks.handoffs import make_handoff_blueprint
from ivr.web.hooks.recorded_turns import make_turns_blueprint
from ivr.web.hooks.standby import make_standby_blueprint
from ivr.web.pages.assembly import PageServices, add_pages
from ivr.web.pages.phone import Phones
from ivr.web.request_limits import limit_requests
from speech.model_files import find_vad, find_whisper
from speech.stt import WhisperSpeechToText
from speech.tts import TextToSpeech
from speech.vad import SileroModel
from speech.voices import Voice, make_other_voices, make_voice
from workers.context import WorkerContext

THREAD_SWITCH_SECONDS = 0.0005


@dataclass(frozen=True)
class Parts:
    """Every service of one process, made when first asked for. It stays here: the functions below hand out what each
    process, page and job needs of it."""

    settings: Settings

    def pool(self, threads: int, name: str) -> Executor:
        """Threads for work that must keep nobody else waiting."""
        return CallThreads(threads, name)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    @made_once
    def clock(self) -> Clock:
        return SystemClock()

    @made_once
    def sessions(self) -> Sessions:
        return make_sessions(make_engine(self.settings.database))

    @made_once
    def redis(self) -> Redis:
        return connect(self.settings.redis)

    @made_once
    def live(self) -> LiveUpdates:
        return LiveUpdates(self.redis)

    @made_once
    def carrier(self) -> LineCarrier:
        return make_carrier(self.settings.twilio, self.settings.dials.policy)

    @made_once
    def dialect(self) -> Dialect:
        s = self.settings
        return make_dialect(
            s.twilio_auth_token.get_secret_value(), s.public_url, s.media_socket,
            s.twilio_auth_token_secondary.get_secret_value(), webhook_keys(s.twilio_webhook_keys.get_secret_value()),
        )  # fmt: skip

    @made_once
    def handoffs(self) -> HandoffService:
        s = self.settings
        carriers = self.pool(8, "carrier")
        config = HandoffConfig(
            number=s.twilio_number, public_url=s.public_url, media_url=s.media_socket, company=s.company,
            rings=RingTimes(agent=s.ring_seconds), handoff_seconds=s.handoff_seconds, queue_seconds=s.queue_seconds,
            wrap_up_seconds=s.wrap_up_seconds, hours=s.hours,
        )  # fmt: skip
        return HandoffService(
            self.sessions, self.clock, self.carrier, self.live, config, s.dials, self.account_holders, carriers.submit
        )

    @made_once
    def steps(self) -> DialogueSteps:
        return DialogueSteps(self.clock, self.settings.zone, self._hand_off)

    @made_once
    def calls(self) -> CallService:
        notice = notice_version(self.settings.company)
        return CallService(self.sessions, self.clock, self.live, self.steps, notice=notice, recorded_turns=True)

    @made_once
    def dialogue(self) -> DialogueService:
        return DialogueService(
            self.sessions, self.clock, self.live, self.steps, self._understand,
            Queries(self.ledger, self.pins, self.codes), self.opening,
        )  # fmt: skip

    @made_once
    def opening(self) -> Opening:
        s = self.settings
        return Opening(
            self.ledger, s.company, sends_codes=s.one_time_code, textable=s.dials.textable,
            braked=lambda: [brake.intent for brake in self.brakes.standing()],
        )  # fmt: skip

    @made_once
    def pins(self) -> PinGuard:
        limits = PinLimits(per_hour=self.settings.wrong_pins_per_hour)
        return PinGuard(self.sessions, self.clock, self.ledger, limits)

    @made_once
    def codes(self) -> OneTimeCodes | None:
        s = self.settings
        return (
            OneTimeCodes(self.sessions, self.clock, self.ledger, self.carrier, s.company, s.dials)
            if s.one_time_code
            else None
        )

    @made_once
    def agent_cards(self) -> AgentCards:
        s = self.settings
        return AgentCards(
            self.sessions, self.clock, self.carrier, self.live, self.ledger,
            CardConfig(s.public_url, s.media_socket, s.zone, s.payment_connector), caller_leg=caller_leg,
            spawn=self.pool(2, "cards").submit,
        )  # fmt: skip

    @made_once
    def brakes(self) -> Brakes:
        return Brakes(self.sessions, self.clock, self.live)

    @made_once
    def supervision(self) -> Supervision:
        return Supervision(self.sessions, self.clock, self.carrier, self.live, self.handoffs)

    @made_once
    def ledger(self) -> Ledger:
        s = self.settings
        if s.ledger_url:
            return HttpLedger(s.ledger_url, s.ledger_token.get_secret_value())
        return SqlLedger(self.sessions, self.clock, zone=s.zone)

    @made_once
    def sweeper(self) -> Sweeper:
        s = self.settings
        return Sweeper(
            self.sessions, self.clock, self.carrier, self.calls, self.handoffs, s.twilio_number,
            timedelta(minutes=s.sweep_minutes),
        )  # fmt: skip

    @made_once
    def account_holders(self) -> AccountHolders:
        """A ledger of our own is asked at once, another's within a budget."""
        pool = self.pool(4, "holders") if self.settings.ledger_url else None
        return AccountHolders(self.sessions, self.clock, self.ledger, self.live, pool)

    @made_once
    def recordings(self) -> RecordingStorage:
        return RecordingStorage(self.settings.recordings, self.settings.keyring)

    @made_once
    def understanding(self) -> Understanding:
        return Understanding.load(self.settings.data_dir, self.settings.home_country)

    @made_once
    def voice(self) -> Voice:
        return make_voice(self.settings.voice)

    @made_once
    def vad(self) -> SileroModel:
        return SileroModel(find_vad())

    @made_once
    def stt(self) -> WhisperSpeechToText:
        s = self.settings
        return WhisperSpeechToText(find_whisper(s.whisper_model, s.data_dir), s.whisper_threads, vad=self.vad.stream)

    @made_once
    def record_stt(self) -> WhisperSpeechToText:
        """For recordings: nobody waits, so that the model may be a larger one."""
        s = self.settings
        if not s.record_model:
            return self.stt
        return WhisperSpeechToText(find_whisper(s.record_model, s.data_dir), s.whisper_threads, vad=self.vad.stream)

    def reads_figures(self, header: str) -> bool:
        """Whether an `Authorization` header holds a key that was made for reading figures."""
        return key_of(self.sessions, header, "metrics", self.clock.now()) is not None

    @property
    def metrics_token(self) -> str:
        return self.settings.metrics_token.get_secret_value()

    def _understand(self, text: str, expect: AnswerKind, today: date) -> Meaning:
        return self.understanding.understand(text, expect=expect, today=today)

    def _hand_off(self, tx: Session, call: Call, action: HandOff, now: datetime) -> Handoff:
        return request_handoff(tx, call, action, now, self.settings.handoff_seconds)


def create_web(settings: Settings | None = None) -> Starlette:
    """The web process: the carrier's webhooks, people's pages and their event streams, each with what is its own."""
    # a webhook that holds SQLite's write lock must not wait behind busy threads for its next few instructions
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    parts = _parts(settings)
    desk = StandbyDesk(parts.settings.data_dir / "standby.json", parts.clock, parts.settings.hours)
    watches = _watches(parts, desk)
    own = Parts(parts.settings)  # pages have connections of their own: webhooks never wait for those
    registry = line_registry(own.sessions, own.clock, own.redis)
    count_errors(registry)
    pages, figures = create_pages(own, registry), WebhookFigures(registry)
    webhooks = Webhooks(create_webhooks(parts), create_standby(parts, desk), lambda: watches[0].away, figures.note)
    hub = Hub(parts.settings.redis)
    sound = BotSound(pages, parts.settings.redis)
    return make_front(webhooks, pages, Streams(pages, hub), hub, parts.settings.data_dir / "audio", watches, sound)


def create_pages(parts: Parts, registry: CollectorRegistry) -> Flask:
    """What people see, and the figures of `registry`."""
    app, s = _flask("ivr.web", parts.settings), parts.settings
    switch = f"{s.carrier_url.rstrip('/')}/phone" if s.carrier_url else ""
    add_pages(app, _page_services(parts), Phones(switch, make_browser_phone(s.phone_account, s.data_dir)))
    app.register_blueprint(make_metrics_blueprint(registry, parts.metrics_token, s.private, parts.reads_figures))
    return app


def create_webhooks(parts: Parts) -> Flask:
    """What the carrier asks."""
    app = _flask("ivr.web.hooks.dispatch", parts.settings)
    ledger, spare, s = parts.pool(8, "ledger"), parts.pool(2, "spare"), parts.settings
    turns = RecordedTurns(parts.dialogue, parts.sessions, parts.clock, lambda: parts.stt, ledger)
    for blueprint in (
        make_turns_blueprint(
            turns,
            parts.carrier,
            parts.dialect,
            s.public_url,
            spare,
            parts.pool(8, "turn"),
            secret=s.twilio_auth_token.get_secret_value(),
            sleep=parts.sleep,
        ),
        make_voice_blueprint(parts.calls, parts.handoffs, parts.dialect, _documents(parts), parts.carrier),
        make_handoff_blueprint(parts.handoffs, parts.dialect),
        make_card_hooks(parts.agent_cards, parts.dialect),
        make_agent_phone_hooks(AgentCalls(parts.sessions, parts.clock, s.dials), parts.dialect, s.twilio_number),
    ):
        app.register_blueprint(blueprint)
    return app


def create_standby(parts: Parts, desk: StandbyDesk) -> Flask:
    """What the carrier is answered while no store is there."""
    app = _flask("ivr.web.hooks.standby", parts.settings)
    s = parts.settings
    app.register_blueprint(
        make_standby_blueprint(desk.phones, parts.dialect, _documents(parts), s.public_url, s.twilio_number)
    )
    return app


def create_media(settings: Settings | None = None) -> Starlette:
    """The media process: the carrier's sockets, Whisper and the bot's voice."""
    from ivr.channels.media_app import MediaOptions, make_media_app

    parts = _parts(settings)
    parts.understanding  # noqa: B018  # loaded before the first call, not in it
    tts = TextToSpeech(parts.voice, parts.settings.data_dir / "prompts", make_other_voices())
    stt, s = parts.stt, parts.settings
    admission = Admission(s.max_calls, lambda: stt.expected_wait, s.longest_wait)
    registry = media_registry(
        lambda: admission.taken, lambda: stt.waiting, lambda: stt.expected_wait, lambda: admission.refused
    )
    count_errors(registry)
    figures = metrics_route(registry, parts.metrics_token, parts.settings.private, parts.reads_figures)
    options = MediaOptions(
        admission,
        beside=[figures],
        watches=[_database_watch(parts)],
        drain_seconds=parts.settings.drain_seconds,
        relay=SoundRelay(parts.settings.redis),
    )
    return make_media_app(parts.dialogue, parts.dialect.signatures, stt, tts, parts.vad.stream, options)


def _database_watch(parts: Parts) -> Watch:
    own = Parts(parts.settings).sessions  # a look never waits for a connection that a caller has

    def look() -> None:
        with own() as tx:
            tx.execute(text("select 1"))

    return Watch("database", look, 6.0 if parts.settings.database.startswith("sqlite") else 1.0)


def worker_context() -> WorkerContext:
    """What a worker's jobs use; Whisper is loaded by the first job that needs it."""
    return make_worker_context(_parts(None))


def make_worker_context(parts: Parts) -> WorkerContext:
    """The services of one process that runs jobs."""
    return WorkerContext(
        sessions=parts.sessions, clock=parts.clock, redis_url=parts.settings.redis, carrier=parts.carrier,
        handoffs=parts.handoffs, recordings=parts.recordings, live=parts.live, stt=lambda: parts.record_stt,
        ledger=parts.ledger, brakes=parts.brakes, agent_cards=parts.agent_cards, dialogue=parts.dialogue,
        dials=parts.settings.dials, sweeper=parts.sweeper, retention=parts.settings.retention_policy,
        prices=parts.settings.prices, personal=parts.settings.personal,
        keep_refused=parts.settings.refused_recordings == "keep",
    )  # fmt: skip


def _page_services(parts: Parts) -> PageServices:
    return PageServices(
        settings=parts.settings, sessions=parts.sessions, handoffs=parts.handoffs, recordings=parts.recordings,
        clock=parts.clock, texts=parts.carrier, supervision=parts.supervision, brakes=parts.brakes,
        bot_calls=BotCalls(parts.sessions, parts.clock, parts.live, parts.steps),
        cards=parts.agent_cards, ledger=parts.ledger, pins=parts.pins,
        call_backs=CallBackDesk(parts.sessions, parts.clock, parts.live, parts.settings.hours),
        transfers=Transfers(parts.handoffs),
    )  # fmt: skip


def _flask(name: str, settings: Settings) -> Flask:
    app = Flask(name, root_path=str(Path(__file__).parent / "ivr" / "web"), static_folder=None)
    limit_requests(app, settings.trusted_proxies)
    return app


def _documents(parts: Parts) -> CallDocuments:
    s = parts.settings
    return CallDocuments(parts.dialect.documents, s.public_url, s.media_socket, s.payment_connector)


def _watches(parts: Parts, desk: StandbyDesk) -> tuple[Watch, ...]:
    """What a web process stands on. The first is the database's; a file cannot be cut off, but a lock be waited for."""
    settings, redis = parts.settings, parts.redis
    own = Parts(settings).sessions  # a look never waits for a connection that a caller's webhook has
    timeout = 6.0 if settings.database.startswith("sqlite") else 0.9  # it is given up on after 1
    return (
        Watch("database", lambda: desk.refresh(own), timeout),
        Watch("redis", redis.ping, every=2.0),
        Watch("disk", lambda: probe(settings.data_dir), timeout=5.0, every=5.0),
    )


def _parts(settings: Settings | None) -> Parts:
    settings = settings or Settings()
    set_up_logging(settings.log_level, settings.log_format)
    set_up_traces(settings.traces)
    return Parts(settings)
