"""From a file to its scores: decode, cut, run the network in batches, in one streaming pass."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock

import numpy as np

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES, DecodeLimits, Samples
from ml.checkpoints.card import second_network
from ml.checkpoints.weights import (
    LoadedModel,
    ModelCard,
    WeightsError,
    default_model_path,
    load_model,
)
from ml.runtime.cpu import keep_activations_in_the_heap, spare_threads
from ml.runtime.device import Device, choose_device

from .output_layer import log_odds, sigmoid
from .pipeline import (
    Cancelled,
    FileInProgress,
    PipelineItem,
    Progress,
    Request,
    ScoredSegments,
    Stage,
    batches,
    never_stop,
    no_progress,
)
from .prefetch import ahead
from .result import Analysis, Array

__all__ = ["Analysis", "Cancelled", "Request", "Stage", "Tagger"]

# Batches that are decoded, and that are scored, before somebody wants them: one is being made while
# another waits. More would only hold more sound in memory, as the slower side sets the pace.
_AHEAD = 2


class Tagger:
    """A loaded network on its device; load it once, then analyse as many files as you like."""

    def __init__(self, model: LoadedModel, weights: Path, device: Device) -> None:
        from ml.runtime.engine import choose_engine

        _check_input(model.card)
        self.card = model.card
        self.device = device.torch_device
        self._network = model.whole.to(self.device)
        self._output = model.network.output
        second = second_network(model.card)
        self._shares = second.speaks_for if second else {}
        self._engine = choose_engine(model, weights, self.device)
        # OpenVINO refuses a second caller while it computes.
        self._computing = Lock()
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
        on_progress: Progress = no_progress,
        should_stop: Callable[[], bool] = never_stop,
        limits: DecodeLimits | None = None,
    ) -> Analysis:
        """Analyse one file; memory does not grow with its length.

        `on_progress(stage, done_seconds, total_seconds or None)` is called before the first
        decoding and after every batch. Raises AudioError, and Cancelled when `should_stop`
        returns True between batches.
        """
        on_progress("decoding", 0.0, None)
        request = Request(nullcontext(path), on_progress, should_stop, limits)
        [outcome] = self.analyse_all([request])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def analyse_all(self, requests: Iterable[Request | None]) -> Generator[Analysis | Exception]:
        """Analyse files; for each, in their order, what `analyse` returns or raises.

        The next one is decoded while the network runs, short ones share its batches, and it goes
        on while the caller deals with an outcome. What is wrong with one file is that one's
        outcome alone. `on_progress` may itself analyse other files in the meantime; it is not told
        of the decoding.

        `requests` are asked for in the decoder's thread and may be waited for there: None in front
        of such a wait has all outcomes so far come without what is waited for.
        """
        with ExitStack() as stack:
            decoded = stack.enter_context(closing(ahead(batches(requests), depth=_AHEAD)))
            scored = stack.enter_context(closing(ahead(self._scored(decoded), depth=_AHEAD)))
            for batch, scored_files in scored:
                for scored_file in scored_files:
                    scored_file.collect()
                ended = (item.file for item in batch if item.segment is None)
                yield from (self._with_spoken(file.outcome()) for file in ended)

    def _with_spoken(self, outcome: Analysis | Exception) -> Analysis | Exception:
        """What a second network says cannot be made of activations, so it is kept beside them."""
        if not self._shares or isinstance(outcome, Exception) or outcome.activations is None:
            return outcome
        columns, weight, bias, share = self._shared_outputs
        trunk = outcome.activations.values() @ weight.T + bias
        own: Array = trunk + np.divide(log_odds(outcome.scores[:, columns]) - trunk, share)
        kept = outcome.activations.with_spoken(sigmoid(own), list(self._shares))
        return replace(outcome, activations=kept)

    @cached_property
    def _shared_outputs(self) -> tuple[list[int], Array, Array, Array]:
        """Of the labels that a second network has a share in: their columns, the main network's
        weights `(labels, size)` and bias `(labels,)`, and the shares."""
        columns = [self.card.labels.index(label) for label in self._shares]
        parts = (self._output.weight, self._output.bias)
        weight, bias = (part.detach().cpu().numpy()[columns] for part in parts)
        return columns, weight, bias, np.array(list(self._shares.values()), dtype=np.float32)

    def _scored(
        self, decoded: Iterable[list[PipelineItem]]
    ) -> Iterator[tuple[list[PipelineItem], list[ScoredSegments]]]:
        for batch in decoded:
            segments = [(file, part) for file, part in batch if part is not None]
            wanted = [item for item in segments if not item[0].cancelled]
            yield batch, list(self._score_batch(wanted))

    def _score_batch(
        self, segments: list[tuple[FileInProgress, Samples]]
    ) -> Iterator[ScoredSegments]:
        """One for each file among the segments, which make one batch."""
        if not segments:
            return
        scores, embeddings = self.score(np.stack([segment for _, segment in segments]))
        start = 0
        for file, parts in groupby(segments, key=itemgetter(0)):
            end = start + len(list(parts))
            yield ScoredSegments(file, scores[start:end], embeddings[start:end])
            start = end

    def score(self, batch: Array) -> tuple[Array, Array]:
        """Segments `(batch, 59049)` → scores `(batch, tags)` and embeddings `(batch, size)`."""
        import torch

        x = torch.from_numpy(batch)[:, None, :]
        if self.device.type == "cuda":
            x = x.pin_memory().to(self.device, non_blocking=True)
        with self._computing, torch.inference_mode():
            logits, embeddings = self._engine.forward(x)
            scores = self._network.scores(logits.float())
        return scores.cpu().numpy(), embeddings.float().cpu().numpy()


def _check_input(card: ModelCard) -> None:
    if (card.sample_rate, card.segment_samples) != (SAMPLE_RATE, SEGMENT_SAMPLES):
        raise WeightsError(
            f'The model "{card.name}" takes {card.segment_samples} samples at {card.sample_rate} '
            f"Hz; this program gives {SEGMENT_SAMPLES} at {SAMPLE_RATE} Hz."
        )


def _use_threads(threads: int) -> None:
    import torch
    from threadpoolctl import threadpool_limits

    if threads < 1:
        raise ValueError(f"threads must be 1 or more, not {threads}.")
    torch.set_num_threads(threads)
    # NumPy multiplies small matrices for each file. The threads of its library would then keep a
    # core busy waiting for the next, which took a third of the time from a file to its tags.
    threadpool_limits(1, user_api="blas")
