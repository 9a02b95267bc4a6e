"""Templates can be read without scrolling sideways, and lead to addresses that there are."""

from __future__ import annotations

import re
from pathlib import Path

from tests.access.addresses import addresses

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 120
TEMPLATES = sorted((ROOT / "tagger" / "templates").rglob("*.html"))


def test_no_line_of_a_template_is_wider_than_a_window() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}:{number}: {len(line)}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert too_long == []


def test_every_address_that_a_template_names_is_there() -> None:
    known = {address.name for address in addresses()}
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        named = set(re.findall(r"\{% url '((?:web|api):[\w-]+)'", text))
        assert named <= known, template
