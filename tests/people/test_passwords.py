"""Which passwords are taken, and how many are checked at once."""

import threading
import time

import pytest

from ivr.people import passwords
from ivr.people.passwords import TooBusyError, WeakPasswordError

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("x", "has 1 characters"),
        ("short pass", None),
        ("a" * 257, "may have 256"),
        ("1234567890", "pattern"),
        ("9876543210", "pattern"),
        ("abcdefghij", "pattern"),
        ("aaaaaaaaaaaa", "pattern"),
        ("abcabcabcabc", "pattern"),
        ("password2024!", "first to be guessed"),
        ("P@ssw0rd1234", "first to be guessed"),
        ("qwertyuiop", "first to be guessed"),
        ("Welcome 2026!", "first to be guessed"),
        ("Lovelace1234", "a name or an address"),
        ("ada.lovelace!", "a name or an address"),
        ("NorthBank2026", "a name or an address"),
        ("correct horse", None),
        ("grüner Tee um vier", None),
        ("839201748362", None),
        ("lovelace wrote the first one", None),
    ],
)
def test_only_what_others_would_guess_is_refused(password: str, why: str | None) -> None:
    about = ["Ada Lovelace", "ada.lovelace@north.test", "NorthBank"]
    if why is None:
        passwords.check(password, about)
    else:
        with pytest.raises(WeakPasswordError, match=why):
            passwords.check(password, about)


def test_a_password_matches_its_own_hash_alone() -> None:
    kept = passwords.hash_password("long enough")
    assert passwords.matches(kept, "long enough")
    assert not passwords.matches(kept, "wrong")
    assert not passwords.matches(None, "nobody's")
    assert not passwords.matches("not a hash", "long enough")
    assert not passwords.matches(kept, "x" * 100_000)
    assert "long enough" not in kept


def test_few_are_checked_at_once_and_the_rest_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most, lock, go = 0, 0, threading.Lock(), threading.Event()

    def slow_verify(kept: str, password: str) -> bool:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        go.wait(5)
        with lock:
            now -= 1
        return True

    monkeypatch.setattr(passwords, "verify", slow_verify)
    monkeypatch.setattr(passwords, "SLOT_TIMEOUT", 0.05)
    answers: list[str] = []

    def ask() -> None:
        try:
            answers.append(str(passwords.matches("kept", "word")))
        except TooBusyError:
            answers.append("busy")

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 5
    while answers.count("busy") < 18 and time.monotonic() < deadline:
        time.sleep(0.01)
    go.set()
    for thread in threads:
        thread.join()
    assert most == passwords.AT_ONCE
    assert answers.count("busy") == 18 and answers.count("True") == 2
