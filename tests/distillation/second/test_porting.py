"""A teacher and its port answer the same."""

from __future__ import annotations

import torch
from torch import Tensor

from distillation.networks import Musicnn as Teacher
from distillation.second.porting import port
from ml.nn.log_mel import BANDS, WINDOW

FILTERS, RHYTHMS, MIDDLE, HIDDEN = 204, 51, 64, 200


def variables() -> dict[str, Tensor]:
    """Of the teacher's shapes, by TensorFlow's names, drawn at random."""
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    front = 2 * FILTERS + 3 * RHYTHMS
    kernels: list[tuple[int, ...]] = [(7, 38, 1, FILTERS), (7, 67, 1, FILTERS)]
    kernels += [(frames, 1, 1, RHYTHMS) for frames in (128, 64, 32)]
    kernels += [(7, width, 1, MIDDLE) for width in (front, MIDDLE, MIDDLE)]
    features = 2 * (front + 3 * MIDDLE)
    found = {}
    for number, shape in enumerate(kernels):
        name = "conv2d" + (f"_{number}" if number else "")
        found[f"{name}/kernel"] = drawn(*shape) / (shape[0] * shape[1]) ** 0.5
        found[f"{name}/bias"] = 0.1 * drawn(shape[-1])
    for name, rows, columns in (("dense", features, HIDDEN), ("dense_1", HIDDEN, 50)):
        found[f"{name}/kernel"] = drawn(rows, columns) / rows**0.5
        found[f"{name}/bias"] = 0.1 * drawn(columns)
    widths = (1, *(shape[-1] for shape in kernels), features, HIDDEN)
    for number, width in enumerate(widths):
        name = "batch_normalization" + (f"_{number}" if number else "")
        found[f"{name}/gamma"] = drawn(width)
        found[f"{name}/beta"] = 0.1 * drawn(width)
        found[f"{name}/moving_mean"] = 0.1 * drawn(width)
        found[f"{name}/moving_variance"] = 0.5 + drawn(width).square()
    return found


def test_the_port_of_a_teacher_gives_its_probabilities() -> None:
    given = variables()
    spectra = torch.rand(2, 187, BANDS) * 4
    mine = port(given, torch.rand(BANDS, WINDOW // 2 + 1)).of_spectra(spectra).sigmoid()
    theirs = Teacher(given, torch.float32)(spectra)
    torch.testing.assert_close(mine, theirs, atol=2e-4, rtol=1e-3)
