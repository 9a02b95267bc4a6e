from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .stack import Stack
from .visitor import Visitor

MAKE_PEOPLE = """
from tagger.accounts.registration import register
from tagger.accounts.tokens import make_token
for name in ("owner", "outsider"):
    print("TOKEN", name, make_token(register(name, "a-long-enough-password"), "tests", "write")[1])
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not shutil.which("nginx") and not Path("/usr/sbin/nginx").exists():
        pytest.skip("there is no nginx here: apt-get install nginx-light")
    made = Stack(tmp_path_factory.mktemp("production"))
    try:
        made.start()
        made.wait_for(Visitor(made.machine.proxy).finds_it_ready, "web")
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def people(stack: Stack) -> dict[str, Visitor]:
    lines = stack.manage("shell", "--verbosity", "0", "-c", MAKE_PEOPLE).splitlines()
    tokens = dict(line.split()[1:] for line in lines if line.startswith("TOKEN"))
    known = {name: Visitor(stack.machine.proxy, token) for name, token in tokens.items()}
    return known | {"anonymous": Visitor(stack.machine.proxy)}
