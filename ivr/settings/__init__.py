"""Settings, from the environment and `.env`: `fields` says what there is, this checks it and derives the rest."""

from dataclasses import replace
from functools import cached_property
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationInfo, field_validator

from ivr.carrier.twilio.account import PhoneAccount, TwilioAccount
from ivr.desk.opening_hours import OpeningHours
from ivr.dialling.dials import Dials, Limits
from ivr.dialling.phone_numbers import home_country
from ivr.dialling.policy import DialPolicy
from ivr.people.roles import ROLES
from ivr.people.single_sign_on import Rules
from ivr.quality.costs import Prices
from ivr.recordings.keys import Keyring, make_keyring
from ivr.recordings.presidio import PresidioFinder
from ivr.recordings.retention_policy import Policy
from ivr.redaction import Personal
from ivr.settings.fields import Fields

SHORTEST_SECRET = 16  # characters


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def webhook_keys(text: str) -> dict[str, str]:
    """`id=secret, id=secret` as a table of the carrier's shared webhook keys; raises ValueError."""
    keys = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, given, secret = (piece.strip() for piece in part.partition("="))
        if not given or not name or len(secret) < SHORTEST_SECRET:
            raise ValueError(
                "write each key as id=secret, with commas between them, the secret as the carrier shows it"
            )
        keys[name] = secret
    return keys


class Settings(Fields):
    """What an operator has chosen, checked, with what follows from it. Immutable; raises ValidationError."""

    @field_validator(
        "twilio_account_sid", "twilio_auth_token", "twilio_auth_token_secondary", "twilio_webhook_keys",
        "twilio_api_key", "twilio_api_secret", "secret_key", "metrics_token", mode="before",
    )  # fmt: skip
    @classmethod
    def _without_blanks(cls, value: object) -> object:
        # pasted with a line's end, a secret is right to the eye and wrong to every request
        return value.strip() if isinstance(value, str) else value

    @field_validator("secret_key", "metrics_token")
    @classmethod
    def _not_guessed(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value) < SHORTEST_SECRET:
            raise ValueError(f"too short to be a secret; make one with: openssl rand -hex {SHORTEST_SECRET}")
        return value

    @field_validator("twilio_webhook_keys")
    @classmethod
    def _known_webhook_keys(cls, value: SecretStr) -> SecretStr:
        webhook_keys(value.get_secret_value())
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no such time zone; write it as in America/New_York") from None
        return name

    @field_validator("dial_countries", "dial_also", "dial_never")
    @classmethod
    def _known_destinations(cls, text: str, info: ValidationInfo) -> str:
        name = str(info.field_name).removeprefix("dial_")
        DialPolicy.parse(**{"countries": "", name: text})
        return text

    @field_validator("opening_hours", "holidays")
    @classmethod
    def _known_hours(cls, text: str, info: ValidationInfo) -> str:
        OpeningHours.parse(**{"text" if info.field_name == "opening_hours" else "holidays": text})
        return text

    @property
    def lacking_secrets(self) -> str:
        """Why nobody can be told from the carrier, as a sentence with the mend; empty when all is set."""
        token, keys = self.twilio_auth_token.get_secret_value(), self.twilio_webhook_keys.get_secret_value()
        for name, which, given in (
            ("TWILIO_AUTH_TOKEN", "primary", token),
            ("TWILIO_AUTH_TOKEN_SECONDARY", "secondary", self.twilio_auth_token_secondary.get_secret_value()),
        ):
            if given and len(given) < SHORTEST_SECRET:
                return (
                    f"{name} has {len(given)} characters, too few for a secret: "
                    f"set it to the account's {which} auth token, 32 hex digits."
                )
        if not token and not keys:
            return (
                "TWILIO_AUTH_TOKEN is not set: without it anybody could sign calls, payments and recordings. "
                "Set it to the account's auth token, or TWILIO_WEBHOOK_KEYS to its webhook keys."
            )
        if not self.twilio_account_sid or not all(self.carrier_login):
            return (
                "Nothing can be asked of the carrier: set TWILIO_ACCOUNT_SID, "
                "and TWILIO_AUTH_TOKEN or both TWILIO_API_KEY and TWILIO_API_SECRET."
            )
        return ""

    @property
    def private(self) -> bool:
        """Whether nobody but this machine reaches the line: neither by its port nor by its public address."""
        return all(_is_loopback(host) for host in (self.host, urlsplit(self.public_url).hostname or ""))

    @property
    def twilio(self) -> TwilioAccount:
        return TwilioAccount(
            self.twilio_account_sid, self.twilio_auth_token.get_secret_value(), self.twilio_number, self.carrier_url,
            login=self.carrier_login, texts_url=f"{self.public_url.rstrip('/')}/voice/text",
        )  # fmt: skip

    @property
    def phone_account(self) -> PhoneAccount:
        """What tokens for agents' phones in the browser are made from."""
        secret = self.twilio_api_secret.get_secret_value()
        return PhoneAccount(self.twilio_account_sid, self.twilio_api_key, secret, self.twilio_twiml_app_sid)

    @property
    def carrier_login(self) -> tuple[str, str]:
        """User and password of the carrier's REST API: an API key where one is set, else the account itself."""
        secret = self.twilio_api_secret.get_secret_value()
        if self.twilio_api_key and secret:
            return self.twilio_api_key, secret
        return self.twilio_account_sid, self.twilio_auth_token.get_secret_value()

    @property
    def home_country(self) -> str:
        """ISO code of the country of the line's number; WARMLINE_COUNTRY where the number does not tell."""
        return home_country(self.twilio_number, self.country.upper())

    @property
    def dials(self) -> Dials:
        """Whom the line may call and text, and how often."""
        policy = DialPolicy.parse(self.dial_countries or self.home_country, self.dial_also, self.dial_never)
        limits = Limits(self.dials_per_number, self.dials_per_person, self.dials_per_day)
        return Dials(policy, self.home_country, limits)

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
            raise ValueError("the provider's address has to begin with https://")
        return url

    @field_validator("oidc_roles")
    @classmethod
    def _known_mapping(cls, text: str) -> str:
        unknown = [part for part in _listed(text) if part.rpartition("=")[2].strip() not in ROLES or "=" not in part]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not like value=role, with one of the roles {', '.join(ROLES)}")
        return text

    @cached_property
    def oidc_rules(self) -> Rules:
        """Whom a single sign-on provider may let in."""
        pairs = [part.rpartition("=") for part in _listed(self.oidc_roles)]
        return Rules(
            domains=frozenset(domain.lower() for domain in _listed(self.oidc_domains)), claim=self.oidc_roles_claim,
            roles={value.strip(): role.strip() for value, _, role in pairs}, create=self.oidc_create,
        )  # fmt: skip

    @field_validator("second_factor", "original_sound")
    @classmethod
    def _known_roles(cls, text: str) -> str:
        unknown = [role for role in _listed(text) if role not in ROLES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is none of the roles {', '.join(ROLES)}")
        return text

    @cached_property
    def second_factor_roles(self) -> frozenset[str]:
        """Whoever has one of these needs a second factor."""
        return frozenset(_listed(self.second_factor))

    @cached_property
    def original_sound_roles(self) -> frozenset[str]:
        """Whoever has one of these may hear recordings with their secrets."""
        return frozenset(_listed(self.original_sound))

    @cached_property
    def hours(self) -> OpeningHours:
        """When the desk is open, in the line's time zone; always, when nothing is set."""
        return OpeningHours.parse(self.opening_hours, self.holidays, self.time_zone)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The line's time zone: which day is today."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def database(self) -> str:
        """SQLAlchemy URL; a file in the data folder when none is set."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'warmline.db'}"

    @cached_property
    def redis(self) -> str:
        """Redis URL; the embedded server's socket in the data folder when none is set."""
        return self.redis_url or f"unix://{self.data_dir.absolute() / 'redis' / 'valkey.sock'}"

    @cached_property
    def recordings(self) -> str:
        """Where encrypted recordings are kept, as a `file://` or `s3://` URL."""
        return self.recordings_url or (self.data_dir.absolute() / "recordings").as_uri()

    @field_validator("retention")
    @classmethod
    def _known_retention(cls, text: str) -> str:
        Policy.parse(text)
        return text

    @cached_property
    def retention_policy(self) -> Policy:
        """How long which calls are remembered; no days, when nothing is forgotten by itself."""
        return Policy.parse(self.retention)

    @cached_property
    def personal(self) -> Personal:
        """What is taken out of texts and recordings besides secrets."""
        asked = Personal(names="names" in self.redact, addresses="addresses" in self.redact)
        return replace(asked, finder=PresidioFinder(self.presidio_model, asked)) if self.presidio_model else asked

    @cached_property
    def prices(self) -> Prices:
        """What a minute of the bot and of an agent costs."""
        return Prices(self.bot_minute_cost, self.agent_minute_cost)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys of the recordings. Raises ValueError that names the setting."""
        return make_keyring(
            self.recordings_key.get_secret_value(), self.recordings_former_keys.get_secret_value(), self.data_dir
        )

    @cached_property
    def media_socket(self) -> str:
        """The media socket's public address: the setting, or `/media` under the public URL as wss."""
        if self.media_url:
            return self.media_url
        public = urlsplit(self.public_url)
        scheme = "wss" if public.scheme == "https" else "ws"
        return urlunsplit((scheme, public.netloc, f"{public.path.rstrip('/')}/media", "", ""))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
