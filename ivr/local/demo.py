"""The demo: a bank, two people at the desk, a scripted caller and a scripted agent, and what must have come of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clock import Clock, today
from ivr.desk.agents import set_presence
from ivr.ledger.sample import SAMPLES, load_sample
from ivr.local.supervisor import reached_at
from ivr.nlu.understanding import Understanding
from ivr.people import passwords, roster
from ivr.secret_keys import persistent_key
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.models import Account, Agent

LINE_NUMBER = "+15550100100"
AGENT_PHONE = "client:ada"
PEOPLE = (
    ("ada@warmline.example", "Ada", AGENT_PHONE, ("agent",)),
    ("quinn@warmline.example", "Quinn", "client:quinn", ("reviewer",)),
    ("sam@warmline.example", "Sam", "client:sam", ("supervisor",)),
)


def demo_settings(settings: Settings) -> Settings:
    """`settings` with the switch as the carrier and credentials of its own."""
    token, here = persistent_key(settings.data_dir, "switch").hex(), reached_at(settings.host)
    return settings.model_copy(
        update={
            "twilio_account_sid": "AC" + token[:32],
            "twilio_auth_token": SecretStr(token[32:]),
            "twilio_number": LINE_NUMBER,
            "public_url": f"http://{here}:{settings.port}",
            "media_url": f"ws://{here}:{settings.media_port}/media",
            "carrier_url": f"http://{here}:{settings.switch_port}",
        }
    )


def furnish(sessions: Sessions, clock: Clock, settings: Settings) -> dict[str, str]:
    """Sample accounts as new, and the demo's people; returns their passwords by email, new each time."""
    load_sample(sessions, today(clock, settings.zone))
    chosen = {}
    with sessions.begin() as tx:
        for account in tx.scalars(select(Account).where(Account.id.in_([s.id for s in SAMPLES]))):
            account.pin_failures, account.locked_at = 0, None
        for email, name, phone, roles in PEOPLE:
            password = chosen[email] = roster.random_password()
            agent = found_or_added(tx, email, name, phone, clock, roles)
            agent.password_hash = passwords.hash_password(password)
            set_presence(tx, agent, "available" if "agent" in roles else "away", clock.now())
    return chosen


def found_or_added(
    tx: Session, email: str, name: str, phone: str, clock: Clock, roles: tuple[str, ...] = ("agent",)
) -> Agent:
    """The person with this address, new where there is none."""
    known = roster.find(tx, email)
    return known or roster.add(tx, email=email, name=name, phone=phone, roles=roles, now=clock.now())


def script(name: str) -> dict[str, Any]:
    """A script that comes with the switch, "demo-caller" or "demo-agent"."""
    path = Path(__file__).parents[2] / "switch" / "scripts" / f"{name}.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


def shortcomings(report: dict[str, Any], sessions: Sessions, understanding: Understanding, clock: Clock) -> list[str]:
    """What did not go as the demo's call should, in plain words; empty when all did."""
    handoff, recording = report["handoff"] or {}, report["recording"] or {}
    heard = [line["text"] for line in recording.get("transcript", []) if line["channel"] == 2]
    said = [turn["text"] for turn in report["turns"] if turn["speaker"] == "bot"]
    with sessions() as tx:
        balance = tx.get_one(Account, SAMPLES[0].id).balance
    day = clock.now().date()

    def amounts(texts: list[str]) -> set[int]:
        return {amount for text in texts for amount in understanding.understand(text, today=day).money}

    expectations: list[tuple[Callable[[], bool], str]] = [
        (lambda: report["outcome"] == "handed-off", f"the outcome is {report['outcome']}, not handed-off"),
        (lambda: balance in amounts(said), "the bot did not say the ledger's balance"),
        (lambda: balance in amounts(heard), "the ledger's balance is not heard in the recording"),
        (lambda: handoff.get("state") == "served", f"the hand-off ended as {handoff.get('state')}, not served"),
        (lambda: bool(handoff.get("brief", {}).get("transcript")), "the brief has no transcript"),
        (lambda: recording.get("channels") == 2, "the recording has not two channels"),
        (lambda: Path(recording.get("file") or "").is_file(), "the recording's file is missing"),
        (lambda: (recording.get("seconds") or 0) > 10, "the recording is too short"),
        (lambda: not report["problems"], f"problems were noted: {'; '.join(map(str, report['problems']))}"),
    ]
    return [trouble for holds, trouble in expectations if not holds()]
