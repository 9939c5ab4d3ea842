"""Chromium, and what is asked of every page in it."""

import os
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
]


WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)


MIDDLE = ViewportSize(width=1024, height=768)


SCREEN = ViewportSize(width=1280, height=720)  # what a small screen leaves for a page, and the docs show


SHOTS = os.environ.get("WARMLINE_SHOTS", "")  # a folder: keep pictures of what was checked


Scheme = Literal["light", "dark"]


SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def press(page: Page, key: str) -> None:
    """Press a key of the page once its keys are awake: they sleep for a moment after each change of the page."""
    page.locator("html[data-keys=on]").wait_for()
    page.keyboard.press(key)


# two neighbours whose letters are drawn over each other; what floats over the page is none
OVERLAPS = """() => {
  const style = (one) => getComputedStyle(one);
  const afloat = (one) => !["static", "relative"].includes(style(one).position) || style(one).overflow !== "visible";
  const boxes = (one) => {
    const found = [];
    const letters = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (letters.nextNode()) {
      let above = letters.currentNode.parentElement;
      while (above !== one.parentElement && !afloat(above)) above = above.parentElement;
      if (above !== one.parentElement || !letters.currentNode.parentElement.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(letters.currentNode);
      found.push(...range.getClientRects());
    }
    return found.filter((box) => box.width > 2 && box.height > 2);
  };
  const still = (one) => one.checkVisibility() && one.textContent.trim();
  const shared = (from, to, start, end) => Math.min(from, to) - Math.max(start, end);
  const meet = (a, b) => shared(a.right, b.right, a.left, b.left) > 3 && shared(a.bottom, b.bottom, a.top, b.top) > 6;
  for (const parent of document.querySelectorAll("main *")) {
    const parts = [...parent.children].filter(still).map((one) => [one, boxes(one)]);
    for (let at = 1; at < parts.length; at++) {
      const [[one, these], [other, those]] = [parts[at - 1], parts[at]];
      if (these.some((a) => those.some((b) => meet(a, b)))) return `${one.textContent} | ${other.textContent}`;
    }
  }
  return "";
}"""


def look(page: Page, name: str) -> None:
    """Nothing found by axe, nothing wider than the page, no words over words; the picture kept where wanted."""
    if SHOTS:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
        page.screenshot(path=Path(SHOTS) / f"{name}-screen.png")
    found = Axe().run(page).response["violations"]
    assert not found, (name, [(fault["id"], fault["nodes"][0]["html"]) for fault in found])
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    assert not (drawn_over := page.evaluate(OVERLAPS)), (name, drawn_over)


def look_everywhere(page: Page, name: str) -> None:
    """`look` in each width, light and dark; the page is wide and light afterwards."""
    for viewport, scheme in reversed(list(product((SCREEN, MIDDLE, NARROW), SCHEMES))):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        look(page, f"{name}-{viewport['width']}-{scheme}")
