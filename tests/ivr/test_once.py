"""What is made when first asked for is made once, also when many ask at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from ivr.made_once import made_once

pytestmark = pytest.mark.unit


@dataclass(frozen=True)
class Shop:
    made: list[int] = field(default_factory=list)
    gate: threading.Barrier = field(default_factory=lambda: threading.Barrier(8))
    slow: threading.Event = field(default_factory=threading.Event)

    @made_once
    def model(self) -> int:
        self.slow.wait(0.05)
        self.made.append(1)
        return len(self.made)

    def ask(self) -> int:
        self.gate.wait()
        return self.model


def test_eight_callers_at_once_load_one_model() -> None:
    shop = Shop()
    with ThreadPoolExecutor(8) as callers:
        assert [asked.result() for asked in [callers.submit(shop.ask) for _ in range(8)]] == [1] * 8
    assert shop.made == [1]


def test_each_has_its_own() -> None:
    first, second = Shop(), Shop()
    assert (first.model, second.model, first.made, second.made) == (1, 1, [1], [1])
