"""Networks that judge together."""

from __future__ import annotations

import torch

from ml.ecg.networks import Committee, make_network


def test_a_committee_gives_the_mean_of_its_members_probabilities() -> None:
    torch.manual_seed(0)
    committee = Committee([make_network("compact", 2, 5), make_network("rese", 2, 5)]).eval()
    beats = torch.randn(7, 2, 128)
    each = torch.stack([member(beats).softmax(-1) for member in committee.members])
    assert torch.allclose(committee(beats).softmax(-1), each.mean(0), atol=1e-6)


def test_a_member_that_is_certain_does_not_silence_the_others() -> None:
    class Certain(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.tensor([[500.0, 0.0]]).expand(len(x), 2)

    class Doubtful(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.zeros(len(x), 2)

    shares = Committee([Certain(), Doubtful()])(torch.zeros(3, 1)).softmax(-1)
    assert torch.allclose(shares, torch.tensor([0.75, 0.25]).expand(3, 2))
