"""The annotation page in Chromium against the running app: `./run bench page`, JSON lines on standard output.

Starts web server, worker, database and broker of its own as the browser tests do, with the front end as it is built.
Four figures: from the key that submits to the next item painted, JavaScript fetched before an item is on screen,
heap after hundreds of submits in a row, and frames while a response of 40,000 tokens is scrolled and selected.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, Response, sync_playwright

from launcher.browser import find_chromium
from tests.benchmarks.output import TEXT, emit
from tests.browser.conftest import FLAGS
from tests.browser.people import PASSWORD
from tests.browser.rest import Rest
from tests.support.house import House

CURATOR = "curator@example.org"
WARM_UP = 50
# A person needs longer than this between two answers; what is fetched ahead arrives meanwhile.
PAUSE_MS = 250
MIB = 1 << 20
LONG_TOKENS = 40_000

# The time from the key's own time stamp until a frame with another prompt has been handed to the compositor: the
# task after an animation frame runs when that frame is painted.
_WATCH = """
() => {
  const prompt = () => document.querySelector('section[aria-label="Prompt"]')?.textContent ?? '';
  window.__loops = [];
  window.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    const before = prompt();
    const look = () => {
      if (prompt() === before || prompt() === '') return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.__loops.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(null);
    };
    requestAnimationFrame(look);
  }, { capture: true });
}
"""

# Playwright's own waiting for a condition would have the page evaluate a string, which its content policy forbids.
_UNTIL = """
(wanted) => new Promise((resolve) => {
  const look = () => (window.__loops.length >= wanted ? resolve() : setTimeout(look, 5));
  look();
})
"""

_FRAMES = """
(milliseconds) => new Promise((resolve) => {
  const pane = document.querySelector('section[aria-label="First response"]');
  const text = pane.querySelector('p, li');
  const frames = [];
  const began = performance.now();
  let last = began;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    if (now - began > milliseconds) return resolve(frames.slice(1));
    pane.scrollTop += 400;
    if (pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 1) pane.scrollTop = 0;
    const here = document.elementFromPoint(pane.getBoundingClientRect().left + 60,
                                           pane.getBoundingClientRect().top + 200);
    if (here && text) getSelection().setBaseAndExtent(text, 0, here, 0);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""


def long_text(tokens: int) -> str:
    """Markdown of about so many tokens (three quarters of a word each): headings, lists, code and tables."""
    parts: list[str] = []
    words = 0
    while words < tokens * 3 // 4:
        number = len(parts)
        parts += [
            f"## Part {number}\n\n{TEXT[: 900 + number % 7 * 40]}",
            "\n".join(f"- point {n}: {TEXT[n * 13 : n * 13 + 90]}" for n in range(6)),
            f"```python\nfor step in range({number}):\n    print(step)\n```",
            "| name | value |\n|---|---|\n" + "\n".join(f"| row {n} | **{n * number}** |" for n in range(5)),
        ]
        words = sum(len(part.split()) for part in parts)
    return "\n\n".join(parts)


def rows(count: int, *, long: bool = False) -> Iterator[dict[str, str]]:
    for n in range(count):
        body = long_text(LONG_TOKENS) if long else TEXT[n % 89 :][:620]
        yield {"prompt": f"Question {n}: {TEXT[n % 97 :][:200]}", "chosen": f"One. {body}", "rejected": f"Two. {body}"}


class Bench:
    """A house with one curator who also labels, and a browser in which they are signed in."""

    def __init__(self, house: House) -> None:
        self.house = house
        create = f"from webapp.accounts.models import User; User.objects.create_user({CURATOR!r}, {PASSWORD!r})"
        house.manage("shell", "-c", create)
        self.api = Rest(house.url, house.token(CURATOR))
        self.project = self.api.post("/api/projects/", {"name": "Bench"})["id"]

    def campaign(self, name: str, content: Iterator[dict[str, str]]) -> int:
        dataset = self.api.post(f"/api/projects/{self.project}/datasets/", {"name": name})["id"]
        body = "".join(json.dumps(row) + "\n" for row in content).encode()
        self.api.finished(self.api.upload(f"/api/datasets/{dataset}/imports/", "rows.jsonl", body))
        version = self.api.get(f"/api/datasets/{dataset}/versions/")["results"][0]["id"]
        made = self.api.post(f"/api/projects/{self.project}/campaigns/", {"name": name, "template": "pairwise"})["id"]
        self.api.finished(self.api.post(f"/api/campaigns/{made}/queue/", {"dataset_version": version}))
        self.api.post(f"/api/campaigns/{made}/annotators/", {"emails": [CURATOR]})
        return int(made)


@contextmanager
def signed_in(house: House) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[f"--{flag}" for flag in FLAGS])
        context = browser.new_context(base_url=house.url, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(CURATOR)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/" not in url)
        yield page
        browser.close()


def open_campaign(page: Page, campaign: int) -> None:
    page.goto(f"/annotate/{campaign}")
    page.get_by_role("region", name="Your verdict").wait_for()


def measure_javascript(page: Page, campaign: int) -> None:
    """Bytes of every script fetched on a first visit until an item is on screen, as gzip sends them."""
    scripts: dict[str, bytes] = {}

    def keep(response: Response) -> None:
        if response.request.resource_type == "script":
            scripts[response.url] = response.body()

    page.on("response", keep)
    open_campaign(page, campaign)
    page.remove_listener("response", keep)
    sizes = {url.rpartition("/")[2]: len(gzip.compress(body, 6)) for url, body in scripts.items()}
    emit("page_js_kib_gz", sum(sizes.values()) / 1024, "KiB", files=len(sizes), largest=max(sizes.values()) // 1024)


def answer(page: Page, loops: int) -> None:
    """Submit so many items by keyboard, each after the last one's successor was on screen."""
    for n in range(loops):
        wanted = page.evaluate("window.__loops.length") + 1
        page.keyboard.press(str(1 + n % 7))
        page.keyboard.press("Enter")
        page.evaluate(_UNTIL, wanted)
        page.wait_for_timeout(PAUSE_MS)


def heap_mib(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return float(used) / MIB


def measure_loop(page: Page, campaign: int, submits: int) -> None:
    open_campaign(page, campaign)
    page.evaluate(_WATCH)
    answer(page, WARM_UP)
    before, busy = heap_mib(page), psutil.cpu_times()
    answer(page, submits)
    times: list[float] = sorted(page.evaluate("window.__loops")[WARM_UP:])
    facts: dict[str, Any] = {"p50_ms": round(statistics.median(times), 1), "submits": len(times)}
    facts["busy_share"] = round(_busy(busy), 2)
    emit("page_key_to_next_p95_ms", times[int(len(times) * 0.95)], "ms", **facts)
    emit("page_heap_growth_mib", heap_mib(page) - before, "MiB", submits=len(times), start_mib=round(before, 1))


def _busy(since: Any) -> float:
    """Share of all cores in use since then, by whatever ran: figures taken on a busy machine say little."""
    now = psutil.cpu_times()
    total = sum(now) - sum(since)
    idle = now.idle + now.iowait - since.idle - since.iowait
    return float(1 - idle / total) if total else 0.0


def measure_long_response(page: Page, campaign: int, seconds: float) -> None:
    open_campaign(page, campaign)
    page.wait_for_timeout(1500)
    frames: list[float] = sorted(page.evaluate(_FRAMES, seconds * 1000))
    selected = page.evaluate("getSelection().toString().length")
    p95 = frames[int(len(frames) * 0.95)]
    emit("page_long_response_frame_p95_ms", p95, "ms", frames=len(frames), selected_characters=selected)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submits", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=8, help="how long the long response is scrolled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as folder:
        house = House(Path(folder), durable=False)
        try:
            house.manage("collectstatic", "--noinput", "--verbosity", "0")
            house.start_worker("default")
            house.start_web()
            bench = Bench(house)
            short = bench.campaign("Short", rows(options.submits + WARM_UP + 60))
            long = bench.campaign("Long", rows(2, long=True))
            with signed_in(house) as page:
                measure_javascript(page, short)
                measure_loop(page, short, options.submits)
                measure_long_response(page, long, options.seconds)
        finally:
            house.stop()


if __name__ == "__main__":
    main()
