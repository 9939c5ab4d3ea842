"""A webhook waits for the carrier for so long and no longer: whoever is on the line has to hear something."""

from collections.abc import Callable
from typing import TypeVar

from ivr.carrier.port import CarrierError
from ivr.logs import CallThreads

T = TypeVar("T")
_pool = CallThreads(16, "carrier-waits")


def within(seconds: float, work: Callable[[], T]) -> T:
    """`work` done in time. CarrierError otherwise, while it goes on in a thread that is no webhook's."""
    future = _pool.submit(work)
    try:
        return future.result(timeout=seconds)
    except TimeoutError as error:
        future.cancel()
        raise CarrierError("the carrier does not answer in time", again=True, doubtful=True) from error
