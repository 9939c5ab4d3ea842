"""A monkey at an agent's page: it presses, clicks, types, reloads, signs in anew and is cut off, at random."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page
from sqlalchemy import update

from ivr.store.models import Agent, SignIn
from tests.harness.desk_oracle import Oracle, WrongError
from tests.harness.random_calls import RandomCalls
from tests.harness.web_pages import PASSWORD, Web

SAVED = 10.0  # seconds after which a page has sent what it kept while it could not
SLOW = 30_000  # milliseconds that a busy machine may take for a page
WITNESS = Path(__file__).parents[1] / "web" / "monkey" / "witness.js"
SHORTCUTS = [*"admhxjlcntbporvky+", "Shift+E"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHER = ["Enter", " ", "Tab", "Escape", "Backspace", "ArrowDown", "?"]
# where the control of that number is, in the page's view
POINT = """([what, nth]) => {
  const within = (one) => one.checkVisibility() || one.matches("form[data-drafts] *") && one.closest("details");
  const all = [...document.querySelectorAll(what)].filter((one) => !one.disabled && within(one));
  const one = all[nth % all.length];
  if (!one) return null;
  if (!one.checkVisibility()) one.closest("details").open = true;
  one.scrollIntoView({ block: "nearest", behavior: "instant" });
  const box = one.getBoundingClientRect();
  const words = `${one.tagName} ${one.id || one.textContent.trim().slice(0, 20)}`;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, id: one.id, words };
}"""
CONTROLS = "button, summary, label, input, textarea, select, a[href^='/']:not([download])"
FIELDS = "form[data-drafts] :is(textarea, input[type=tel], input[name=text])"


@dataclass
class Monkey:
    """`steps` acts of an agent `email`, drawn from `random`; the oracle says whether all went as it was meant."""

    context: BrowserContext
    web: Web
    calls: RandomCalls
    oracle: Oracle
    random: Random
    email: str
    colleague: int
    last: deque[str] = field(default_factory=lambda: deque(maxlen=30))
    tabs: list[Page] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    at: int = 0  # the tab in front
    online: bool = True
    expired_since: int = 0  # steps; 0 while signed in
    connected_since: float = 0.0
    step: int = 0

    # --- the run ---

    def run(self, steps: int, every: int, cut: Callable[[], None]) -> None:
        """A caller comes `every` so many steps. Raises WrongError with the last acts."""
        self.cut = cut
        self.context.expose_binding("witness", self._told)
        self.context.add_init_script(path=WITNESS)
        self.context.on("response", self._answer)
        self._open()
        acts = self._acts()
        try:
            for self.step in range(1, steps + 1):
                if self.step % every == 1:
                    self._caller_comes()
                act = self.random.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
                self._do(act)
                self._judge()
            self._settle()
        except (AssertionError, Error) as wrong:
            raise WrongError(f"{wrong}\nthe last acts:\n" + "\n".join(self.last)) from None

    def _acts(self) -> list[tuple[Callable[[], None], int]]:
        return [
            (self.press_shortcut, 22), (self.press_letter, 10), (self.press_other, 8), (self.click, 16),
            (self.type, 16), (self.erase, 2), (self.wait, 6), (self.answer, 5), (self.be_there, 2),
            (self.reload, 2), (self.expire, 1), (self.lose_connection, 2), (self.cut_stream, 1),
            (self.second_tab, 2), (self.other_tab, 3), (self.leap, 3), (self.hang_up, 2), (self.colleague_changes, 2),
        ]  # fmt: skip

    def _do(self, act: Callable[[], None]) -> None:
        try:
            self._come_back()
            act()
        except Error as error:  # the page went away beneath the act, as pages do
            self._note(f"  ({str(error).splitlines()[0][:100]})")

    def _judge(self) -> None:
        self._go_on()
        assert not self.faults, self.faults
        self.oracle.look()
        assert not self.oracle.wrong, "\n".join(self.oracle.wrong)
        if self.step % 3 and not self.oracle.accepting:
            return
        at_the_desk = 0
        for number, tab in enumerate(self.tabs):
            try:
                seen = tab.evaluate("window.seen?.()")
            except Error:
                continue
            if seen and self._connected:
                at_the_desk += seen["path"] == "/agent/" and seen["mode"] != ""
                self.oracle.shown(number, seen, self.connected_since)
                self.oracle.answered(number, seen)
        if self.step % 9 == 0 and at_the_desk == len(self.tabs) and time.time() - self.connected_since > SAVED:
            self.oracle.judge_words()
        assert not self.faults, self.faults
        assert not self.oracle.wrong, "\n".join(self.oracle.wrong)

    def _go_on(self) -> None:
        if self._wrap_up_is_over():
            self._note("the wrap-up is over")
            self.oracle.wrap_up_ended = time.time()
        self.calls.go_on()

    def _wrap_up_is_over(self) -> bool:
        with self.web.sessions() as tx:
            until = tx.get_one(Agent, self.oracle.agent).wrap_up_until
        return until is not None and until <= self.web.clock.now() + timedelta(seconds=3)  # or will be, in a moment

    @property
    def _connected(self) -> bool:
        return self.online and not self.expired_since

    def _settle(self) -> None:
        """All is well again, all callers hang up, the wrap-up runs out: everything typed is in a note."""
        self.last.append("-- the end")
        if not self.online:
            self._back_online()
        for _ in range(3):
            self._do(self.wait)
        for tab in range(len(self.tabs)):
            self.at = tab
            self._come_back()
            self.page.goto("/agent/")
            self._come_back()
            self.page.wait_for_timeout(1500)
        self.calls.all_hang_up()
        for _ in range(4):
            self._go_on()
            self.web.clock.forward(200)
            self.page.wait_for_timeout(1000)
            self._judge()
        for _ in range(10):
            if not (lost := self.oracle.lost_words()):
                break
            self.page.wait_for_timeout(500)
        assert not lost, f"typed, and lost: {lost}\n{self.oracle.story(lost)}"

    # --- pages ---

    @property
    def page(self) -> Page:
        return self.tabs[self.at]

    def _open(self) -> None:
        page = self.context.new_page()
        page.set_default_timeout(3_000)
        page.set_default_navigation_timeout(SLOW)
        page.on("pageerror", lambda error: self.faults.append(f"a script failed: {error}"))
        self.tabs.append(page)
        self.at = len(self.tabs) - 1
        page.goto("/agent/")
        self._come_back()

    def _come_back(self) -> None:
        """Sign in where that is asked for, and go back to the desk from wherever a click has led."""
        page = self.page
        path = page.evaluate("location.pathname")
        if path != "/agent/" and not self.online:
            self._back_online()
        if path == "/sign-in":
            page.goto("/sign-in", timeout=SLOW)  # the form that stood there may be of an older session
            if page.evaluate("location.pathname") == "/sign-in":
                page.get_by_label("E-mail").fill(self.email, timeout=SLOW)
                page.get_by_label("Password").fill(PASSWORD)
                page.keyboard.press("Enter")
                page.wait_for_url(lambda url: "/sign-in" not in url, wait_until="domcontentloaded", timeout=SLOW)
            self.expired_since = 0
            self.connected_since = time.time()
            self._note("signed in")
        elif path != "/agent/":
            page.goto("/agent/")
            self.connected_since = time.time()
            self._note("back at the desk")
            if page.evaluate("location.pathname") == "/sign-in":
                self._come_back()
        elif self.expired_since and self.step - self.expired_since > 12 and self.online:
            self.reload()
            self._come_back()

    def _told(self, source: dict[str, Any], told: dict[str, Any]) -> None:
        number = self.tabs.index(source["page"]) if source["page"] in self.tabs else 0
        if told["what"] != "wrote":
            cause = told.get("cause") or {}
            self._note(f"    {told['what']} {told.get('id', '')} by {cause.get('kind')} {cause.get('key', '')}")
        self.oracle.hear(number, told)

    def _answer(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} for {response.request.method} {response.url}")
        if response.request.method == "POST":
            self.oracle.writing.append(f"{response.status} for {urlsplit(response.url).path}")

    def _note(self, what: str) -> None:
        self.oracle.writing.append(what)
        self.last.append(f"{self.step:5} tab {self.at}: {what}")

    def _caller_comes(self) -> None:
        """More often than not somebody is there for them."""
        sober = self.random.random() < 0.7
        if sober:
            self._do(self.be_there)
        self._note(f"call {self.calls.placed + 1}")
        self.calls.comes()
        self._do(self.wait if sober else self.hurry)
        if sober:
            self._do(self.answer)

    # --- what it does ---

    def press_shortcut(self) -> None:
        self._press(self.random.choice(SHORTCUTS))

    def press_letter(self) -> None:
        self._press(self.random.choice(LETTERS))

    def press_other(self) -> None:
        self._press(self.random.choice(OTHER))

    def _press(self, key: str) -> None:
        self._note(f"press {key}")
        self.page.keyboard.press(key)

    def click(self) -> None:
        point = self._point(CONTROLS)
        if point is not None:
            self._note(f"click {point['words']}")
            self.page.mouse.click(point["x"], point["y"])

    def _point(self, what: str) -> Any:
        return self.page.evaluate(POINT, [what, self.random.randrange(10_000)])

    def type(self) -> None:
        """A word into a field of the call; where the field goes meanwhile, what is left of the word is still a word."""
        point = self._point(FIELDS)
        if point is None:
            return
        self.page.mouse.click(point["x"], point["y"])
        if self.page.evaluate("document.activeElement.id") != point["id"]:
            return
        word = "".join(self.random.choices(LETTERS, k=self.random.randint(4, 9)))
        self._note(f"type {word} into {point['id']}")
        self.page.keyboard.press("End")
        with self.oracle.a_word():
            self.page.keyboard.type(f" {word}", delay=self.random.choice([0, 10, 60]))

    def erase(self) -> None:
        point = self._point(FIELDS)
        if point is not None:
            self.page.mouse.click(point["x"], point["y"])
            if self.page.evaluate("document.activeElement.id") == point["id"]:
                self._note(f"erase {point['id']}")
                self.page.keyboard.press("Control+A")
                self.page.keyboard.press("Backspace")

    def wait(self) -> None:
        pause = self.random.choice([100, 300, 600, 1200])
        self._note(f"wait {pause}")
        self.page.wait_for_timeout(pause)

    def answer(self) -> None:
        """Where a call rings: look at it for a moment, then take it by its key or its button."""
        if self.page.evaluate("window.seen?.().accept ?? -1") < 0:
            return
        self._note("answer")
        self.page.keyboard.press("Escape")
        self.page.wait_for_timeout(1300)
        if self.random.random() < 0.5:
            self._press("a")
        elif self.page.locator("#accept").is_visible():
            self.page.locator("#accept").click(timeout=1000)

    def be_there(self) -> None:
        if self.page.locator("#ready").is_visible():
            self._note("click ready")
            self.page.locator("#ready").click(timeout=1000)

    def reload(self) -> None:
        if not self.online:
            return
        self._note("reload")
        self.oracle.forget_accepts(self.at)
        self.page.reload()
        self.connected_since = time.time()

    def expire(self) -> None:
        """The sign-in ends, as after a night."""
        self._note("the sign-in ends")
        ago = self.web.clock.now() - timedelta(days=9)
        with self.web.sessions.begin() as tx:
            tx.execute(update(SignIn).values(seen_at=ago, expires_at=ago))
        self.expired_since = self.step
        self.oracle.accepting.clear()

    def lose_connection(self) -> None:
        if self.online:
            self._note("offline")
            self.oracle.accepting.clear()
            self.context.set_offline(True)
            self.online = False
        else:
            self._back_online()

    def _back_online(self) -> None:
        self._note("online")
        self.context.set_offline(False)
        self.online, self.connected_since = True, time.time()
        self.oracle.accepting.clear()

    def cut_stream(self) -> None:
        self._note("the stream is cut")
        self.cut()

    def second_tab(self) -> None:
        if len(self.tabs) == 1 and self._connected:
            self._note("second tab")
            self._open()
        elif len(self.tabs) == 2 and self._connected:
            self._note("one tab is closed")
            self.page.wait_for_timeout(1000)  # whoever closes what they write in has written it
            self.tabs.pop(self.at).close()
            self.oracle.accepting.clear()
            self.at = 0

    def other_tab(self) -> None:
        self.at = self.random.randrange(len(self.tabs))
        self._note("to this tab")
        self.page.bring_to_front()

    def hurry(self) -> None:
        """Fingers that were on their way when the page changed."""
        self._go_on()
        for _ in range(4):
            self.page.wait_for_timeout(100)
            self.press_shortcut()

    def leap(self) -> None:
        seconds = self.random.choice([5, 20, 40])
        self._note(f"{seconds} s pass")
        self.web.clock.forward(seconds)
        self._sometimes_hurry()

    def hang_up(self) -> None:
        self._note("a caller hangs up")
        self.calls.hangs_up()
        self._sometimes_hurry()

    def _sometimes_hurry(self) -> None:
        if self.random.random() < 0.5:
            self.hurry()

    def colleague_changes(self) -> None:
        with self.web.sessions() as tx:
            now = tx.get_one(Agent, self.colleague).presence
        wished = "away" if now == "available" else "available"
        self._note(f"the colleague is {wished}")
        self.calls.world.service.presence(self.colleague, wished)
