from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Request


class Witness:
    """Remembers everything a page complained of and everybody it talked to."""

    def __init__(self, page: Page, own_address: str) -> None:
        self.own_address = own_address
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.own_address, "data:", "blob:")):
            self.strangers.append(request.url)

    def testify(self) -> None:
        assert not self.complaints, f"the console says {self.complaints}"
        assert not self.strangers, f"asked elsewhere for {self.strangers}"
