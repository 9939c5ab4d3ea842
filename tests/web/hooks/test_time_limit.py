"""A slow carrier holds no webhook."""

import threading
import time

import pytest

from ivr.carrier.port import CarrierError
from ivr.web.hooks.time_limit import within

pytestmark = pytest.mark.unit


def test_what_is_done_in_time_is_answered() -> None:
    assert within(5.0, lambda: 7) == 7


def test_a_carrier_that_takes_long_is_not_waited_for() -> None:
    done = threading.Event()
    began = time.monotonic()
    with pytest.raises(CarrierError) as raised:
        within(0.05, lambda: done.wait(20))
    assert time.monotonic() - began < 5
    assert raised.value.doubtful
    done.set()


def test_what_the_carrier_refuses_is_told_as_it_is() -> None:
    def refused() -> None:
        raise CarrierError("refused", again=False)

    with pytest.raises(CarrierError, match="refused"):
        within(5.0, refused)
