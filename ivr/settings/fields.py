"""Every setting: its name in the environment, its default, its limits, and what an operator reads about it.

`docs/configuration.md` is made from this by `warmline settings`.
"""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ivr.desk.ringing import RingTimes


def _setting(name: str, default: Any, about: str, shown: str | None = None, **limits: Any) -> Any:
    """A setting called `name` in the environment; `shown` stands for the default on the page of settings."""
    return Field(default, validation_alias=name, description=about, json_schema_extra={"shown": shown}, **limits)


class Fields(BaseSettings):
    """What an operator can choose, in the order of the page."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    # The carrier
    twilio_account_sid: str = _setting("TWILIO_ACCOUNT_SID", "", "the account's SID, `AC` and 32 hex digits")
    twilio_auth_token: SecretStr = _setting(
        "TWILIO_AUTH_TOKEN",
        SecretStr(""),
        "its auth token; signs every webhook and socket. Nothing starts without it (or a webhook key)",
    )
    twilio_auth_token_secondary: SecretStr = _setting(
        "TWILIO_AUTH_TOKEN_SECONDARY",
        SecretStr(""),
        "a second token that is accepted too: set it while the token is changed over in the console",
    )
    twilio_webhook_keys: SecretStr = _setting(
        "TWILIO_WEBHOOK_KEYS",
        SecretStr(""),
        "shared webhook keys, `id=secret, id=secret`, for accounts whose webhooks are signed with them (HMAC-SHA256)",
    )
    twilio_api_key: str = _setting(
        "TWILIO_API_KEY",
        "",
        "an API key's SID (`SK...`): used for REST instead of the auth token",
    )
    twilio_api_secret: SecretStr = _setting("TWILIO_API_SECRET", SecretStr(""), "its secret")
    twilio_twiml_app_sid: str = _setting(
        "TWILIO_TWIML_APP_SID",
        "",
        "a TwiML app's SID (`AP...`) whose voice URL is `PUBLIC_URL/voice/phone`; with an API key and `warmline setup "
        "phone`, agents whose phone is `client:NAME` have it in their browser",
        shown="no phones in browsers",
    )
    twilio_number: str = _setting("TWILIO_NUMBER", "", "the line's own number, in E.164 (`+15550100100`)")
    public_url: str = _setting(
        "PUBLIC_URL",
        "http://127.0.0.1:8080",
        "the address at which the carrier reaches the web process, as it is written in the carrier's console; "
        "signatures are checked over it",
    )
    media_url: str = _setting(
        "WARMLINE_MEDIA_URL",
        "",
        "the media socket's public address, when it differs",
        shown="`/media` under `PUBLIC_URL`, as `wss`",
    )
    carrier_url: str = _setting(
        "WARMLINE_CARRIER_URL",
        "",
        "base address of the carrier's REST API; set it to use the local switch",
        shown="Twilio",
    )

    # Storage
    data_dir: Path = _setting(
        "WARMLINE_DATA_DIR",
        Path("var"),
        "database, embedded Redis, recordings, prepared models and audio, logs",
    )
    database_url: str = _setting(
        "DATABASE_URL",
        "",
        "`postgresql://user@host/name` when SQLite is outgrown (`postgres://` is the same), with `?pooler=transaction` "
        "where PgBouncer pools transactions before it, or `sqlite:////folder/file.db`",
        shown="SQLite in the data folder",
    )
    redis_url: str = _setting(
        "REDIS_URL",
        "",
        "queues and live news",
        shown="the embedded server's socket in the data folder",
    )
    recordings_url: str = _setting(
        "RECORDINGS_URL",
        "",
        "where encrypted recordings are kept: a `file://` URL, or `s3://bucket/prefix` on Amazon S3 or any store that "
        "speaks its protocol; its endpoint, region and credentials by the usual `AWS_ENDPOINT_URL`, `AWS_REGION`, "
        "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, a profile or the machine's role",
        shown="`recordings` in the data folder",
    )
    recordings_key: SecretStr = _setting(
        "WARMLINE_RECORDINGS_KEY",
        SecretStr(""),
        "32 bytes, base64: encrypts the recordings; keep a copy elsewhere, without it they are lost",
        shown="a key made in the data folder on first use",
    )
    recordings_former_keys: SecretStr = _setting(
        "WARMLINE_RECORDINGS_FORMER_KEYS",
        SecretStr(""),
        "keys that were set before, with commas between them: what they encrypted stays readable until "
        "`warmline keys rotate` has encrypted it anew",
        shown="those in the data folder",
    )
    retention: str = _setting(
        "WARMLINE_RETENTION",
        "",
        "how many days calls are remembered, as in `all=90, outcome:message=30, flag:upset=730, "
        "intent:dispute=400`: the longest of the rules that name a call counts, `all` only where none does. A worker "
        "forgets once a day what is due",
        shown="nothing is forgotten by itself",
    )

    record_model: str = _setting(
        "WARMLINE_RECORD_MODEL",
        "",
        "the recogniser's model for recordings, named as in `WARMLINE_WHISPER_MODEL`; workers have more time for them "
        "than a caller has",
        shown="`WARMLINE_WHISPER_MODEL`",
    )
    original_sound: str = _setting(
        "WARMLINE_ORIGINAL_SOUND",
        "",
        "roles (`reviewer`, `supervisor`) that may hear recordings with the secrets in them, each time for a reason "
        "that is written to the audit",
        shown="nobody",
    )

    redact: str = _setting(
        "WARMLINE_REDACT",
        "",
        "what is taken out of texts and recordings besides secrets once a call is over: `names`, `addresses`, or both "
        "(`names,addresses`). Agents see them during the call",
        shown="neither",
        pattern="^(|names|addresses|names, ?addresses|addresses, ?names)$",
    )
    presidio_model: str = _setting(
        "WARMLINE_PRESIDIO_MODEL",
        "",
        "an installed spaCy model, by its name or folder (`en_core_web_lg`): Microsoft's Presidio looks with it for "
        "secrets, and for what `WARMLINE_REDACT` names; needs `pip install warmline[presidio]`",
        shown="Presidio is not asked",
    )
    refused_recordings: str = _setting(
        "WARMLINE_REFUSED_RECORDINGS",
        "delete",
        "what becomes of what was recorded before a caller said that they will not be: `delete` or `keep`. The "
        "recording stops in either case",
        pattern="^(delete|keep)$",
    )

    # Web
    secret_key: SecretStr = _setting(
        "WARMLINE_SECRET_KEY",
        SecretStr(""),
        "signs sessions and forms; the same for all web processes",
        shown="a key made in the data folder on first use",
    )
    host: str = _setting("WARMLINE_HOST", "127.0.0.1", "the address the processes listen on")
    web_processes: int = _setting(
        "WARMLINE_WEB_PROCESSES",
        1,
        "how many web processes share the port; more than one uses more than one processor for pages",
        ge=1,
        le=64,
    )
    trusted_proxies: int = _setting(
        "WARMLINE_TRUSTED_PROXIES",
        0,
        "how many proxies of yours stand before the web process, each adding to `X-Forwarded-For`; sign-in limits need "
        "it to tell clients apart. `0`: the header is not believed",
        ge=0,
        le=16,
    )
    metrics_token: SecretStr = _setting(
        "WARMLINE_METRICS_TOKEN",
        SecretStr(""),
        "bearer token for `/metrics`. Without one nobody reads it, but for this machine itself while both "
        "`WARMLINE_HOST` and `PUBLIC_URL` are its own (`127.0.0.1`)",
    )
    port: int = _setting("WARMLINE_PORT", 8080, "the web process's port", ge=1, le=65535)
    media_port: int = _setting("WARMLINE_MEDIA_PORT", 8081, "the media process's port", ge=1, le=65535)
    switch_port: int = _setting("WARMLINE_SWITCH_PORT", 8090, "the local switch's port", ge=1, le=65535)

    # People
    oidc_issuer: str = _setting(
        "WARMLINE_OIDC_ISSUER",
        "",
        "the provider's issuer, as in `https://login.example.com`; the way back is `PUBLIC_URL/sign-in/with/back`",
        shown="no single sign-on",
    )
    oidc_client_id: str = _setting("WARMLINE_OIDC_CLIENT_ID", "", "the line's name at the provider")
    oidc_client_secret: SecretStr = _setting("WARMLINE_OIDC_CLIENT_SECRET", SecretStr(""), "and its secret there")
    oidc_domains: str = _setting(
        "WARMLINE_OIDC_DOMAINS",
        "",
        "domains of the addresses that are let in, as in `bank.example, branch.example`",
        shown="all",
    )
    oidc_roles_claim: str = _setting(
        "WARMLINE_OIDC_ROLES_CLAIM",
        "",
        "the claim that names a person's groups; then the provider decides on roles, at each sign-in",
        shown="roles are kept here",
    )
    oidc_roles: str = _setting(
        "WARMLINE_OIDC_ROLES",
        "",
        "what these groups are here: `support=agent, qa=reviewer, it=admin`",
    )
    oidc_create: bool = _setting(
        "WARMLINE_OIDC_CREATE",
        False,
        "adds whoever has a role by that claim and is not known here yet",
    )
    second_factor: str = _setting(
        "WARMLINE_SECOND_FACTOR",
        "",
        "roles that need a second factor, as in `admin, supervisor`: whoever has none sets one up at the next sign-in",
        shown="nobody has to",
    )
    session_hours: int = _setting(
        "WARMLINE_SESSION_HOURS",
        14,
        "how long a sign-in lasts (1 to 36); one that runs out in the middle of a call lasts until its end",
        ge=1,
        le=36,
    )
    session_idle_minutes: int = _setting(
        "WARMLINE_SESSION_IDLE_MINUTES",
        120,
        "after how long without any request a sign-in ends (5 to 2160); an open desk page asks by itself",
        ge=5,
        le=2160,
    )

    # Speech
    drain_seconds: int = _setting(
        "WARMLINE_DRAIN_SECONDS",
        20,
        "seconds that a media process takes to hand its callers over, each at a pause, when it is told to end "
        "(SIGTERM); then they are cut over",
        ge=0,
        le=600,
    )
    max_calls: int = _setting(
        "WARMLINE_MAX_CALLS",
        0,
        "calls that one media process takes; those beyond go on by keys and recorded sentences, without a socket",
        shown="`0`, no limit",
        ge=0,
    )
    longest_wait: float = _setting(
        "WARMLINE_LONGEST_WAIT",
        0.7,
        "seconds that callers' words may wait for a recogniser before a media process takes no further call, until it "
        "is half of that; measured as it goes, so that a slow or a busy machine takes fewer. `0`: only "
        "`WARMLINE_MAX_CALLS` counts",
        ge=0,
        le=30,
    )
    whisper_model: str = _setting(
        "WARMLINE_WHISPER_MODEL",
        "base",
        "a folder with CTranslate2 weights, or a model's name: looked for at this path, then in the installed "
        "packages, then at the model hub",
    )
    whisper_threads: int = _setting(
        "WARMLINE_WHISPER_THREADS",
        2,
        "recogniser threads of one media process",
        ge=1,
        le=64,
    )
    voice: str = _setting(
        "WARMLINE_VOICE",
        "heart",
        "the bot's voice: `heart` (neural) or `pyttsx3` (espeak); the few sentences that it says in Spanish are always "
        "espeak's",
        pattern="^(heart|pyttsx3)$",
    )

    # The ledger
    ledger_url: str = _setting(
        "WARMLINE_LEDGER_URL",
        "",
        "base address of a ledger that speaks [ledger-api.yaml](ledger-api.yaml)",
        shown="the SQL ledger in the database",
    )
    ledger_token: SecretStr = _setting("WARMLINE_LEDGER_TOKEN", SecretStr(""), "the bearer token it wants")
    wrong_pins_per_hour: int = _setting(
        "WARMLINE_WRONG_PINS_PER_HOUR",
        100,
        "beyond so many wrong PINs on the whole line within an hour no PIN is taken and callers are led to a person "
        "(10 or more)",
        ge=10,
    )
    one_time_code: bool = _setting(
        "WARMLINE_ONE_TIME_CODE",
        False,
        "whoever has forgotten the PIN is offered a six-digit code by text, sent to the number on file; the line's "
        "number must be able to send texts",
    )
    payment_connector: str = _setting(
        "WARMLINE_PAYMENT_CONNECTOR",
        "Default",
        "the carrier's payment connector that takes cards",
    )

    # Whom the line calls and texts
    country: str = _setting(
        "WARMLINE_COUNTRY",
        "US",
        "the line's own country, where `TWILIO_NUMBER` does not tell it: how keyed numbers are dialled, and whether "
        "5/4 is the fifth of April or the fourth of May",
        pattern="^[A-Za-z]{2}$",
    )
    dial_countries: str = _setting(
        "WARMLINE_DIAL_COUNTRIES",
        "",
        "countries that may be called, as `US, CA`; each island that shares America's calling code is a country of its "
        "own (`PR`, `JM`)",
        shown="the country of `TWILIO_NUMBER`",
    )
    dial_also: str = _setting(
        "WARMLINE_DIAL_ALSO",
        "",
        "prefixes and SIP domains that may be called beside them: `+4420, sip:pbx.example.com`",
    )
    dial_never: str = _setting("WARMLINE_DIAL_NEVER", "", "prefixes that may never be called: `+1809`")
    dials_per_number: int = _setting(
        "WARMLINE_DIALS_PER_NUMBER",
        5,
        "calls, and as many texts, that one number gets within a day",
        ge=1,
    )
    dials_per_person: int = _setting(
        "WARMLINE_DIALS_PER_PERSON",
        60,
        "calls, and as many texts, that one agent or one caller may ask for within a day",
        ge=1,
    )
    dials_per_day: int = _setting(
        "WARMLINE_DIALS_PER_DAY",
        1000,
        "calls, and as many texts, of the whole line within a day",
        ge=1,
    )

    # The line
    company: str = _setting("WARMLINE_COMPANY", "Warmline Bank", "the company's name, as the bot says it")
    language: str = _setting("WARMLINE_LANGUAGE", "en", "the language of the prompts", pattern="^(en)$")
    time_zone: str = _setting(
        "WARMLINE_TIME_ZONE",
        "UTC",
        "the line's time zone (`America/New_York`): which day is today",
    )
    ring_seconds: int = _setting(
        "WARMLINE_RING_SECONDS",
        RingTimes().agent,
        "how long one agent's phone rings before the next is tried (5 to 120)",
        ge=5,
        le=120,
    )
    handoff_seconds: int = _setting(
        "WARMLINE_HANDOFF_SECONDS",
        60,
        "how long a caller hears music before they are told their place in the queue and that they can be called back "
        "(10 to 900)",
        ge=10,
        le=900,
    )
    opening_hours: str = _setting(
        "WARMLINE_OPENING_HOURS",
        "",
        "when the desk is open, in the line's time zone: `mon-fri 08:00-20:00, sat 09:00-13:00`",
        shown="always open",
    )
    holidays: str = _setting(
        "WARMLINE_HOLIDAYS",
        "",
        "days on which it is closed all the same: `2026-12-25, 2027-01-01`",
    )
    wrap_up_seconds: int = _setting(
        "WARMLINE_WRAP_UP_SECONDS",
        30,
        "how long after a call an agent is left alone before they are available again (0 to 3600)",
        ge=0,
        le=3600,
    )
    sweep_minutes: int = _setting(
        "WARMLINE_SWEEP_MINUTES",
        10,
        "the carrier is asked about calls and recordings of which nothing was heard for so long",
        ge=1,
        le=1440,
    )
    queue_seconds: int = _setting(
        "WARMLINE_QUEUE_SECONDS",
        1800,
        "the longest wait for an agent, after which a call-back or a message is offered (60 to 14400)",
        ge=60,
        le=14400,
    )
    service_seconds: int = _setting(
        "WARMLINE_SERVICE_SECONDS",
        20,
        "a caller who speaks with a person within this counts as answered in time on the board (1 to 3600)",
        ge=1,
        le=3600,
    )
    bot_minute_cost: float | None = _setting(
        "WARMLINE_BOT_MINUTE_COST",
        None,
        "what a minute of a call without an agent costs (telephone, machine), in units of money, for the figures",
        shown="cost is left out",
        ge=0,
    )
    agent_minute_cost: float | None = _setting(
        "WARMLINE_AGENT_MINUTE_COST",
        None,
        "what a minute costs in which an agent talks with the caller, likewise",
        shown="cost is left out",
        ge=0,
    )
    log_level: str = _setting(
        "WARMLINE_LOG_LEVEL",
        "INFO",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`; logs never hold names, numbers, PINs or words said",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
    )
    log_format: str = _setting(
        "WARMLINE_LOG_FORMAT",
        "text",
        "`text`, one line an event, or `json`, one object a line; lines about a call name it as `call`",
        pattern="^(text|json)$",
    )
    traces: str = _setting(
        "WARMLINE_TRACES",
        "",
        "where traces go, an OTLP/HTTP address as `http://127.0.0.1:4318/v1/traces`; needs `pip install "
        "warmline[traces]`. They hold what logs hold, and no more",
        shown="no traces",
        pattern="^(https?://.+)?$",
    )
