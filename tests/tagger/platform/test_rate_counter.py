from __future__ import annotations

import subprocess
import sys
from uuid import uuid4

from django.conf import settings

from tagger.platform.rate_counter import count

ANOTHER = "import django, sys; django.setup(); from tagger.platform.rate_counter import count; "


def test_what_one_process_has_counted_the_next_goes_on_with() -> None:
    key = f"tests:{uuid4()}"
    assert count(key, 60)[0] == 1
    said = subprocess.run(
        [sys.executable, "-c", f"{ANOTHER} print(count(sys.argv[1], 60)[0])", key],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    number, left = count(key, 60)
    assert (said, number) == ("2\n", 3)
    assert 0 < left <= 60


def test_a_clock_that_was_set_back_keeps_nobody_out() -> None:
    key = f"tests:{uuid4()}"
    count(key, 86_400)  # what is left of a minute once the clock is a day earlier
    number, left = count(key, 60)
    assert (number, left) == (1, 60)
    assert count(key, 60)[0] == 2


def test_the_first_begins_the_time_and_later_ones_do_not_stretch_it() -> None:
    key = f"tests:{uuid4()}"
    assert count(key, 1_000)[1] > 60
    assert count(key, 1_000)[1] <= 1_000
