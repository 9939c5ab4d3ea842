"""What carriers say of the caller's number, and how little follows from it."""

import pytest

from ivr.dialling.attestation import Attestation, attestation, believed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("verstat", "told"),
    [
        ("TN-Validation-Passed-A", "confirmed"),
        ("TN-Validation-Passed-B", "not confirmed"),
        ("TN-Validation-Passed-C", "not confirmed"),
        ("TN-Validation-Passed-A-Diverted", "not confirmed"),
        ("TN-Validation-Passed-A-Passthrough", "not confirmed"),
        ("TN-Validation-Failed", "failed"),
        ("TN-Validation-Failed-A", "failed"),
        ("TN-Validation-Failed-C-Diverted", "failed"),
        ("No-TN-Validation", "not confirmed"),
        ("NULL", "not confirmed"),
        ("", "not confirmed"),
        (None, "not confirmed"),
        ("claims anything", "not confirmed"),
    ],
)
def test_only_a_full_pass_confirms_and_only_a_failure_takes_away(verstat: str | None, told: Attestation) -> None:
    assert attestation(verstat) == told
    assert believed("+15550100001", verstat) == ("unknown" if told == "failed" else "+15550100001")
