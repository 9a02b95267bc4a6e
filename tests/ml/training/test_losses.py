"""The losses are what their formulas say, and refuse heads they do not fit."""

from __future__ import annotations

import pytest
import torch

from ml.config.network import ConfigError
from ml.config.recipe import LOSSES
from ml.training.losses import make_loss, make_masked_loss

LOGITS = torch.tensor([[2.0, -1.0], [0.5, 0.0]])
TARGETS = torch.tensor([[1.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bce", (0.126928 + 0.313262 + 0.974077 + 0.693147) / 4),
        ("mse", ((1 - 0.880797) ** 2 + 0.268941**2 + 0.622459**2 + 0.25) / 4),
        ("exponential", (0.135335 + 0.367879 + 1.648721 + 1.0) / 4),
        ("hinge", (0.0 + 0.0 + 1.5 + 1.0) / 4),
    ],
)
def test_a_loss_of_independent_labels_is_its_formula(name: str, expected: float) -> None:
    assert float(make_loss(name, "sigmoid")(LOGITS, TARGETS)) == pytest.approx(expected, abs=1e-5)


def test_cross_entropy_is_the_negative_log_of_the_right_labels_share() -> None:
    expected = -LOGITS.log_softmax(1)[[0, 1], [0, 1]].mean()
    assert torch.isclose(make_loss("cross_entropy", "softmax")(LOGITS, TARGETS), expected)


@pytest.mark.parametrize("name", LOSSES)
def test_following_the_gradient_lowers_every_loss(name: str) -> None:
    loss = make_loss(name, "softmax" if name == "cross_entropy" else "sigmoid")
    logits = LOGITS.clone().requires_grad_()
    before = loss(logits, TARGETS)
    (gradient,) = torch.autograd.grad(before, logits)
    assert loss(logits - 0.1 * gradient, TARGETS) < before


@pytest.mark.parametrize(
    ("name", "head"), [("bce", "softmax"), ("hinge", "softmax"), ("cross_entropy", "sigmoid")]
)
def test_a_loss_that_does_not_fit_the_head_is_refused(name: str, head: str) -> None:
    with pytest.raises(ConfigError, match="does not fit"):
        make_loss(name, head)


def test_an_unknown_loss_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="bce, mse"):
        make_loss("regret", "sigmoid")


@pytest.mark.parametrize("name", ["bce", "mse", "exponential", "hinge"])
def test_a_masked_loss_and_its_gradient_are_those_of_what_is_known(name: str) -> None:
    known = torch.tensor([[True, False], [True, True]])
    logits = LOGITS.clone().requires_grad_()
    # Of what is unknown not even an infinite loss may be felt.
    extreme = torch.where(known, logits, torch.tensor(1e4))
    given = torch.where(known, TARGETS, torch.nan)
    masked = make_masked_loss(name, "sigmoid")(extreme, given)
    alone = make_loss(name, "sigmoid")(logits[known], TARGETS[known])
    torch.testing.assert_close(masked, alone)
    ours, theirs = (torch.autograd.grad(loss, logits)[0] for loss in (masked, alone))
    torch.testing.assert_close(ours, theirs)


def test_a_masked_loss_of_nothing_is_zero() -> None:
    nothing = torch.full_like(TARGETS, torch.nan)
    assert float(make_masked_loss("bce", "sigmoid")(LOGITS, nothing)) == 0
