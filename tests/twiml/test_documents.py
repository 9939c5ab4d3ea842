"""Every document is TwiML as the carrier knows it, and does what its name says."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import twiml

pytestmark = pytest.mark.unit

DOCUMENTS = {
    "answer": twiml.answer_call(
        "https://h/n.wav", "https://h/rec", "https://h/resume", "wss://h/media", "https://h/s", "t"
    ),
    "reconnect": twiml.reconnect("https://h/resume", "wss://h/media", "https://h/s", "t", pause=1),
    "pay": twiml.pay(5005, "USD", "Default", "https://h/paid/7", "https://h/card"),
    "park": twiml.park("room", "https://h/w", "https://h/c", "https://h/l", "wss://h/media/listen", "t"),
    "wait": twiml.wait("https://h/m.wav", "https://h/w"),
    "whisper": twiml.whisper("Balance & card. Press 1.", "https://h/accept"),
    "join": twiml.join("room", "agent-1", "https://h/left"),
    "join_from_outside": twiml.join("room", "agent-2", "https://h/left", first="Esta llamada se graba.", language="es"),
    "thank": twiml.thank("Thank you."),
    "already_gone": twiml.already_gone("The caller has left."),
    "take_message": twiml.take_message("https://h/p.wav", "https://h/message", "https://h/rec"),
    "apologise_and_record": twiml.apologise_and_record("Sorry.", "https://h/message", "https://h/rec"),
    "goodbye": twiml.goodbye(),
    "goodbye_with_words": twiml.goodbye("Thank you."),
    "apologise": twiml.apologise("Sorry.", "https://h/resume"),
    "empty": twiml.empty(),
}


@pytest.fixture(scope="module")
def schema(shared: Path) -> dict[str, Any]:
    elements = json.loads((shared / "reference" / "twiml_voice_schema.json").read_text())["elements"]
    return {entry["element"]: entry for entry in elements.values()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_is_valid_by_the_schema(name: str, schema: dict[str, Any]) -> None:
    root = ET.fromstring(DOCUMENTS[name])
    assert root.tag == "Response"
    assert list(faults(root, schema)) == []


def faults(element: ET.Element, schema: dict[str, Any]) -> list[str]:
    entry = schema[element.tag]
    found = [f"<{element.tag} {key}={value!r}>" for key, value in element.items() if not allowed(entry, key, value)]
    for child in element:
        if child.tag not in entry["children"]:
            found.append(f"<{child.tag}> in <{element.tag}>")
        found.extend(faults(child, schema))
    return found


def allowed(entry: dict[str, Any], key: str, value: str) -> bool:
    attribute = entry["attributes"].get(key)
    if attribute is None:
        return False
    values = value.split(" ") if attribute["space_separated_list"] else [value]
    if attribute["type"] == "integer":
        return all(one.isdigit() for one in values)
    if attribute["type"] == "boolean":
        return value in ("true", "false")
    return not isinstance(attribute["enum"], list) or all(one in attribute["enum"] for one in values)


def test_the_notice_is_played_before_anything_is_recorded() -> None:
    assert [verb.tag for verb in ET.fromstring(DOCUMENTS["answer"])] == ["Play", "Start", "Connect", "Redirect"]


@pytest.mark.parametrize("name", ["answer", "reconnect"])
def test_a_safe_verb_follows_the_stream(name: str) -> None:
    last = ET.fromstring(DOCUMENTS[name])[-1]
    assert (last.tag, last.text) == ("Redirect", "https://h/resume")


def test_the_token_travels_as_a_parameter() -> None:
    stream = ET.fromstring(DOCUMENTS["answer"]).find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == "wss://h/media"
    assert [(p.get("name"), p.get("value")) for p in stream] == [("token", "t")]


def test_a_parked_caller_waits_for_the_agent_and_ends_the_room() -> None:
    room = ET.fromstring(DOCUMENTS["park"]).find("Dial/Conference")
    assert room is not None
    assert (room.get("startConferenceOnEnter"), room.get("endConferenceOnExit")) == ("false", "true")
    assert room.get("statusCallbackEvent") == "start end join leave hold mute modify"


def test_the_carrier_asks_again_for_what_has_no_fallback() -> None:
    room = ET.fromstring(DOCUMENTS["park"]).find("Dial/Conference")
    assert room is not None
    for address in (room.get("waitUrl"), room.get("statusCallback")):
        assert (address or "").endswith("#rc=2&rp=all")


def test_an_agent_starts_the_room_and_his_leaving_does_not_end_it() -> None:
    room = ET.fromstring(DOCUMENTS["join"]).find("Dial/Conference")
    assert room is not None
    assert (room.get("startConferenceOnEnter"), room.get("endConferenceOnExit")) == ("true", "false")


def test_a_silent_agent_is_hung_up() -> None:
    assert [verb.tag for verb in ET.fromstring(DOCUMENTS["whisper"])] == ["Gather", "Hangup"]


def test_an_unleft_message_still_goes_on() -> None:
    assert [verb.tag for verb in ET.fromstring(DOCUMENTS["take_message"])] == ["Play", "Record", "Redirect"]


def test_a_card_is_charged_the_amount_in_full_and_always_comes_back() -> None:
    entry, back = ET.fromstring(DOCUMENTS["pay"])
    assert (entry.get("chargeAmount"), entry.get("currency"), entry.get("action")) == (
        "50.05",
        "usd",
        "https://h/paid/7",
    )
    assert (back.tag, back.text) == ("Redirect", "https://h/paid/7")
