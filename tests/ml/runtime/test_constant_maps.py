"""Filters that hear nothing are not computed, and nobody can hear that."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from ml.checkpoints.weights import default_model_path, load_model
from ml.config.musicnn import MusicnnConfig
from ml.nn.musicnn import Musicnn, Rhythm, Timbre
from ml.runtime.constant_maps import LOUDEST, without_constant_maps
from tests.ml.second_network import make_second

WIDE = MusicnnConfig(labels=3, timbre=6, rhythm=5, middle=4, hidden=5)


def shapes(made: Musicnn) -> list[Timbre | Rhythm]:
    return cast(list[Timbre | Rhythm], [*made.timbre, *made.rhythm])


def network(dead: dict[int, list[int]]) -> Musicnn:
    """One whose shapes, by their number, have these dead filters."""
    made = make_second(WIDE)
    for number, shape in enumerate(shapes(made)):
        filters = len(shape.norm.weight)
        torch.nn.init.uniform_(shape.norm.weight, -1, 1)
        torch.nn.init.uniform_(shape.norm.bias, -1, 1)
        torch.nn.init.uniform_(cast(torch.Tensor, shape.conv.bias), -1, 1)
        gone = torch.zeros(filters, dtype=torch.bool)
        gone[dead.get(number, [])] = True
        shape.conv.weight[gone] = 1e-9
    return made


def filters(made: Musicnn) -> list[int]:
    return [len(shape.conv.weight) for shape in shapes(made)]


def spectra() -> torch.Tensor:
    """Of noise at several levels, of silence, and of the loudest there can be."""
    torch.manual_seed(2)
    levels = torch.tensor([0.1, 2.0, 7.0, LOUDEST])[:, None, None]
    return torch.cat([torch.rand(4, 60, 96) * levels, torch.zeros(1, 60, 96)])


# Of all that are dead one is left, to be 1, and every shape keeps a filter.
@pytest.mark.parametrize(
    ("dead", "left"),
    [
        ({0: [0, 5], 1: [1, 2, 3], 4: [0, 2, 3, 4]}, [5, 3, 5, 5, 1]),
        ({3: [1, 2]}, [6, 6, 5, 4, 5]),
        ({0: list(range(6)), 1: list(range(6))}, [2, 1, 5, 5, 5]),
    ],
    ids=["in three shapes", "in one", "all of two shapes"],
)
def test_without_its_dead_filters_a_network_answers_the_same(
    dead: dict[int, list[int]], left: list[int]
) -> None:
    whole = network(dead)
    narrow = without_constant_maps(whole)
    assert filters(narrow) == left
    torch.testing.assert_close(
        narrow.of_spectra(spectra()), whole.of_spectra(spectra()), rtol=1e-4, atol=1e-4
    )


def test_a_network_that_hears_with_all_its_filters_keeps_them() -> None:
    whole = network({})
    narrow = without_constant_maps(whole)
    assert filters(narrow) == filters(whole)
    torch.testing.assert_close(narrow.of_spectra(spectra()), whole.of_spectra(spectra()))


def test_a_filter_that_only_the_loudest_wakes_is_not_dead() -> None:
    whole = network({})
    shape = cast(Rhythm, whole.rhythm[1])
    bias = cast(torch.Tensor, shape.conv.bias)
    shape.conv.weight[0], bias[0] = 0.01, -10
    assert filters(without_constant_maps(whole)) == filters(whole)


def test_the_network_itself_stays_as_it_was() -> None:
    whole = network({0: [1]})
    before = {name: value.clone() for name, value in whole.state_dict().items()}
    without_constant_maps(whole)
    after = whole.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_of_the_default_models_second_network_a_ninth_of_the_filters_hear() -> None:
    whole = load_model(default_model_path()).second
    assert whole is not None
    narrow = without_constant_maps(whole)
    assert filters(whole) == [204, 204, 51, 51, 51]
    assert filters(narrow) == [24, 14, 3, 7, 17]
    with torch.inference_mode():
        ours, theirs = narrow.of_spectra(spectra()[1:3]), whole.of_spectra(spectra()[1:3])
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-4)
