"""A person at a browser, and what they do on every page."""

from __future__ import annotations

from typing import ClassVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

PASSWORD = "correct horse battery"


class Person:
    """One browser context with one page; collects every error its console shows."""

    _all: ClassVar[list[Person]] = []

    def __init__(self, email: str, address: str, browser: Browser) -> None:
        self.email = email
        self.address = address
        self.context = browser.new_context(
            base_url=address, viewport={"width": 1440, "height": 900}, reduced_motion="reduce", accept_downloads=True
        )
        self.context.set_default_timeout(20_000)
        self.troubles: list[str] = []
        self.page = self.open_page()
        Person._all.append(self)

    @classmethod
    def troubles_of_all(cls) -> list[str]:
        """What consoles have shown since last asked."""
        found = [trouble for person in cls._all for trouble in person.troubles]
        for person in cls._all:
            person.troubles.clear()
        return found

    def open_page(self) -> Page:
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.email}: {error}"))
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.troubles.append(f"{self.email} at {self.page.url}: {message.text} ({where})")

    def forgive(self, *words: str) -> None:
        """Forget errors that a test caused on purpose: those that contain one of the words."""
        self.troubles[:] = [each for each in self.troubles if not any(word in each for word in words)]

    def sign_in(self) -> Page:
        self.page.goto("/accounts/login/")
        if "/accounts/" not in self.page.url:
            return self.page  # somebody else's tests have signed this person in
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/accounts/" not in url)
        return self.page

    def label(self, campaign: int) -> Page:
        """Open the labelling page and wait for its first item."""
        self.page.goto(f"/annotate/{campaign}")
        expect(self.page.get_by_role("region", name="Your verdict")).to_be_visible()
        return self.page


def shown(page: Page) -> tuple[str, str, str]:
    """The item on screen as text: prompt, first response, second response."""
    prompt = page.get_by_role("region", name="Prompt text").inner_text().strip()
    sides = [page.get_by_role("region", name=f"{side} response").locator(".prose-text") for side in ("First", "Second")]
    return prompt, sides[0].inner_text().strip(), sides[1].inner_text().strip()


def assert_accessible(page: Page) -> None:
    """Fails with axe's report of every violation on the page as it stands."""
    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
