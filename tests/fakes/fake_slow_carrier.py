"""A carrier that takes its time, as the environment says: also worker processes use it."""

import os
import time

from tests.fakes.fake_carrier import FakeCarrier
from tests.harness.sounds import sound


class FakeSlowCarrier(FakeCarrier):
    """Takes as many seconds over ending a leg as the environment says."""

    def end(self, call_sid: str) -> None:
        time.sleep(float(os.environ.get("TEST_CARRIER_SECONDS", "0")))
        super().end(call_sid)

    def fetch_recording(self, url: str) -> bytes:
        super().fetch_recording(url)
        return sound()
