"""What lies beside music in folders of people's disks is not music."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tagger.models import Track
from tests.audio_factory import tone, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_a_system_keeps_beside_the_files_is_passed_over(web: Page, tmp_path: Path) -> None:
    folder = tmp_path / "Disk"
    for number, place in enumerate(("CD 1", ".Trash-1000/files", "@eaDir", "__MACOSX")):
        (folder / place).mkdir(parents=True)
        write(folder / place / "tone.wav", tone(300.0 + 100 * number, 1.0))
    (folder / "CD 1" / "._tone.wav").write_bytes(b"\0\5\x16\7" + bytes(4092))
    web.goto("/upload/")
    web.set_input_files("#folder", folder)
    expect(web.locator("#tray-count")).to_have_text("All 1 uploaded")
    expect(web.locator("#tray-note")).to_have_text(re.compile("^4 other files"))
    assert Track.objects.get().imported_path == "Disk/CD 1/tone.wav"
