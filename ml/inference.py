"""From a file to its scores: decode, cut, run the network in batches, in one streaming pass."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing, nullcontext
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from ml.analysis import Analysis, Array
from ml.audio import SAMPLE_RATE, SEGMENT_SAMPLES, DecodeLimits
from ml.cpu import keep_activations_in_the_heap, spare_threads
from ml.device import Device, choose_device
from ml.listening import Cancelled, Piece, Progress, Request, Stage, batches
from ml.prefetch import ahead
from ml.weights import LoadedModel, ModelCard, WeightsError, default_model_path, load_model

__all__ = ["Analysis", "Cancelled", "Request", "Stage", "Tagger"]

_BATCHES_AHEAD = 2


class Tagger:
    """A loaded network on its device; load it once, then analyse as many files as you like."""

    def __init__(self, model: LoadedModel, weights: Path, device: Device) -> None:
        from ml.engine import choose_engine

        _check_input(model.card)
        self.card = model.card
        self.device = device.torch_device
        self._network = model.network.to(self.device)
        self._engine = choose_engine(model, weights, self.device)
        self.device_reason = f"{self._engine.name}; {device.reason}"

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        device: str | None = None,
        threads: int | None = None,
    ) -> Tagger:
        """Load weights (the shipped ones by default) onto "auto", "cpu" or "cuda".

        `threads` are torch's CPU threads in this process (by default all cores but one).
        Raises WeightsError, DeviceError.
        """
        keep_activations_in_the_heap()
        _use_threads(spare_threads() if threads is None else threads)
        weights = Path(path or default_model_path())
        return cls(load_model(weights), weights, choose_device(device))

    def analyse(
        self,
        path: str | Path,
        *,
        on_progress: Progress | None = None,
        should_stop: Callable[[], bool] | None = None,
        limits: DecodeLimits | None = None,
    ) -> Analysis:
        """Hear one file; memory does not grow with its length.

        `on_progress(stage, done_seconds, total_seconds or None)` is called before the first
        decoding and after every batch. Raises AudioError, and Cancelled when `should_stop`
        returns True between batches.
        """
        told: dict[str, Any] = {
            "on_progress": on_progress,
            "should_stop": should_stop,
            "limits": limits,
        }
        given = {name: value for name, value in told.items() if value is not None}
        [outcome] = self.analyse_all([Request(nullcontext(path), **given)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def analyse_all(self, requests: Sequence[Request]) -> Generator[Analysis | Exception]:
        """Hear files; for each, in their order, what `analyse` returns or raises.

        The next one is decoded while the network runs, and short ones share its batches. What is
        wrong with one file is that one's outcome alone.
        """
        for request in requests:
            request.on_progress("decoding", 0.0, None)
        with closing(ahead(batches(requests), depth=_BATCHES_AHEAD)) as prepared:
            for batch in prepared:
                self._hear(batch)
                yield from (piece.hearing.outcome() for piece in batch if piece.segment is None)

    def _hear(self, batch: list[Piece]) -> None:
        for hearing in dict.fromkeys(piece.hearing for piece in batch):
            hearing.ask()
        wanted = [piece for piece in batch if not piece.hearing.cancelled]
        heard = [(hearing, part) for hearing, part in wanted if part is not None]
        if not heard:
            return
        scores, embeddings = self.score(np.stack([segment for _, segment in heard]))
        start = 0
        for hearing, parts in groupby(heard, key=itemgetter(0)):
            end = start + len(list(parts))
            hearing.collect(scores[start:end], embeddings[start:end])
            start = end

    def score(self, batch: Array) -> tuple[Array, Array]:
        """Segments `(batch, 59049)` → scores `(batch, tags)` and embeddings `(batch, size)`."""
        import torch

        x = torch.from_numpy(batch)[:, None, :]
        if self.device.type == "cuda":
            x = x.pin_memory().to(self.device, non_blocking=True)
        with torch.inference_mode():
            logits, embeddings = self._engine.forward(x)
            scores = self._network.scores(logits.float())
        return scores.cpu().numpy(), embeddings.float().cpu().numpy()


def _check_input(card: ModelCard) -> None:
    if (card.sample_rate, card.segment_samples) != (SAMPLE_RATE, SEGMENT_SAMPLES):
        raise WeightsError(
            f'The model "{card.name}" hears {card.segment_samples} samples at {card.sample_rate} '
            f"Hz; this program gives {SEGMENT_SAMPLES} at {SAMPLE_RATE} Hz."
        )


def _use_threads(threads: int) -> None:
    import torch

    if threads < 1:
        raise ValueError(f"threads must be 1 or more, not {threads}.")
    torch.set_num_threads(threads)
