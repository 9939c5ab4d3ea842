"""A caller who will not be recorded is understood; one who only speaks of a record or a recording is not."""

import pytest

from ivr.nlu.recording_refusal import refuses_recording

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "Don't record me.", "Please don't record this call", "Do not record me", "Stop recording.",
        "stop the recording please",
        "Can you stop recording this?", "I don't want to be recorded", "I do not want this call recorded.",
        "I'd rather not be recorded", "I don't want you to record me", "Turn off the recording",
        "turn the recording off",
        "I don't consent to being recorded", "I do not consent to recording", "I object to being recorded",
        "I refuse to be recorded", "could you please not record this", "I'm not comfortable with being recorded",
        "I did not agree to be recorded", "No recording, please", "What's my balance? And don't record me",
        "I want to do this without being recorded", "off the record please",
        "No me graben", "No quiero que me graben", "No quiero ser grabado", "no quiero que se grabe esta llamada",
        "Dejen de grabar", "Deje de grabarme por favor", "Apague la grabación", "Pare la grabación",
        "No autorizo la grabación", "no grabe esta llamada", "sin grabar por favor",
    ],
)  # fmt: skip
def test_a_refusal_is_understood(text: str) -> None:
    assert refuses_recording(text)


@pytest.mark.parametrize(
    "text",
    [
        "What's my balance?", "Is this call recorded?", "Are you recording me?", "Why don't you record my payments?",
        "I don't have a record of that", "I don't see the record of the payment", "I don't mind being recorded",
        "you can record me", "I don't care if you record this", "my records are wrong", "please record my payment",
        "I want a record of my transactions", "there is no record of my payment", "stop the payment", "stop my card",
        "¿Se graba esta llamada?", "quiero pagar mi cuenta", "no tengo la grabación", "",
    ],
)  # fmt: skip
def test_speaking_of_records_is_no_refusal(text: str) -> None:
    assert not refuses_recording(text)
