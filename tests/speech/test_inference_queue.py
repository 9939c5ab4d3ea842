"""The recogniser's queue: callers first, nobody starves, unwanted work is not begun."""

import threading

import pytest

from speech.inference_queue import Hearing, InferenceQueue, Priority

pytestmark = pytest.mark.unit


class Held:
    """A queue of one thread that is busy until released."""

    def __init__(self) -> None:
        self.time = 0.0
        self.done: list[str] = []
        self.queue: InferenceQueue[None] = InferenceQueue(1, "test", clock=lambda: self.time)
        self._gate, begun = threading.Event(), threading.Event()

        def block(_: object) -> None:
            begun.set()
            self._gate.wait(5)

        self._blocker = self.queue.submit(block, Priority.TURN)
        begun.wait(5)

    def add(self, name: str, priority: Priority) -> "object":
        return self.queue.submit(lambda _: self.done.append(name), priority)

    def release(self) -> list[str]:
        last = self.queue.submit(lambda _: None, Priority.FILE)
        self._gate.set()
        last.result(5)
        self.queue.close()
        return self.done


def test_a_finished_turn_goes_before_an_early_one_and_an_agents_call() -> None:
    held = Held()
    for name, priority in [("file", Priority.FILE), ("agent", Priority.MONITOR), ("early", Priority.EARLY)]:
        held.add(name, priority)
    held.add("turn", Priority.TURN)
    assert held.release() == ["turn", "early", "agent", "file"]


def test_whoever_has_waited_long_enough_goes_before_a_turn_that_comes_now() -> None:
    held = Held()
    held.add("agent", Priority.MONITOR)
    held.time = 2.5
    held.add("turn", Priority.TURN)
    assert held.release() == ["agent", "turn"]


def test_cancelled_work_is_not_begun_and_does_not_count_as_waiting() -> None:
    held = Held()
    future = held.queue.submit(lambda _: held.done.append("unwanted"), Priority.EARLY)
    assert held.queue.waiting == 1
    assert future.cancel()
    assert held.queue.waiting == 0
    assert held.release() == []


def test_a_fault_goes_to_whoever_waits_and_the_queue_goes_on() -> None:
    queue: InferenceQueue[int] = InferenceQueue(1, "test")

    def fail(_: object) -> int:
        raise ValueError("bad sound")

    with pytest.raises(ValueError, match="bad sound"):
        queue.submit(fail, Priority.TURN).result(5)
    assert queue.submit(lambda _: 7, Priority.TURN).result(5) == 7
    queue.close()
    with pytest.raises(RuntimeError, match="closed"):
        queue.submit(lambda _: 7, Priority.TURN)


def test_work_that_is_under_way_learns_that_nobody_waits_for_it_any_more() -> None:
    queue: InferenceQueue[bool] = InferenceQueue(1, "test")
    begun, gone = threading.Event(), threading.Event()

    def work(hearing: Hearing[bool]) -> bool:
        begun.set()
        gone.wait(5)
        return hearing.unwanted

    future = queue.submit(work, Priority.EARLY)
    begun.wait(5)
    assert not future.cancel()
    gone.set()
    assert future.result(5)
    queue.close()


def test_it_is_free_while_a_thread_waits_for_work() -> None:
    held = Held()
    assert not held.queue.free
    held.add("turn", Priority.TURN)
    assert not held.queue.free
    held.release()
