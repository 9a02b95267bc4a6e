"""What an installation is made of is written down to the last byte, wherever it is made."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
APART = "distillation"  # another NumPy, so an environment and a lock of its own
LOCKS = ["requirements.lock", "distillation/requirements.lock"]


def _entries(lock: str) -> list[str]:
    """One string a package: its requirement, and its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _pinned(lock: str) -> set[tuple[str, str]]:
    found = (Requirement(entry.split(" --hash=")[0]) for entry in _entries(lock))
    return {(canonicalize_name(one.name), str(one.specifier)) for one in found}


def _direct(group: str | None) -> Iterator[Requirement]:
    """What a group of pyproject.toml names itself; without a group, what everyone needs."""
    named = PROJECT["project"]["dependencies"] if group is None else GROUPS[group]
    return (Requirement(one) for one in named if isinstance(one, str))


@pytest.mark.parametrize("group", [None, *GROUPS])
def test_the_lock_pins_each_direct_dependency_as_the_project_names_it(group: str | None) -> None:
    lock = LOCKS[1] if group == APART else LOCKS[0]
    direct = {(canonicalize_name(one.name), str(one.specifier)) for one in _direct(group)}
    assert direct - _pinned(lock) == set(), "run bin/lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_hashes_of_its_files(lock: str) -> None:
    loose = [
        entry
        for entry in _entries(lock)
        if not re.match(r"[a-z0-9.-]+==[^ *]+ .*--hash=sha256:[0-9a-f]{64}", entry)
    ]
    assert loose == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_leaves_it_to_the_machine_which_index_it_asks(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.findall(r"://\S*|--index\S*|--extra-index\S*|--find-links\S*", text) == []
