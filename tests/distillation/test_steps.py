"""Every step on the command line names a function and what that function takes."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from distillation.__main__ import HELP, STEPS
from distillation.packages import read_packages


# `teachers` alone cannot be looked at: it imports TensorFlow.
@pytest.mark.parametrize("step", sorted(set(STEPS) - {"teachers"}))
def test_a_step_gives_its_function_what_it_takes(step: str) -> None:
    call, *given = STEPS[step][0].split()
    module, function = call.rsplit(".", 1)
    taken = inspect.signature(getattr(import_module(f"distillation.{module}"), function)).parameters
    assert [name for name in taken if name != "leave_out"] == given
    assert set(given) <= set(HELP)


def test_every_package_has_a_side_and_says_its_licences() -> None:
    packages = read_packages()
    assert len({package.name for package in packages}) == len(packages)
    assert {package.side for package in packages} == {"known-train", "new"}
    assert all(package.licences for package in packages)
