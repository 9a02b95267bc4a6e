"""From a file to its scores: decode, cut, run the network in batches, in one streaming pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from ml.analysis import Analysis, Array, Collector
from ml.audio import SAMPLE_RATE, SEGMENT_SAMPLES, DecodeLimits, Decoding, Samples
from ml.cpu import keep_activations_in_the_heap, spare_threads
from ml.device import Device, choose_device
from ml.peaks import PeakMeter
from ml.prefetch import ahead
from ml.segmentation import segments
from ml.weights import LoadedModel, ModelCard, WeightsError, default_model_path, load_model

__all__ = ["Analysis", "Cancelled", "Stage", "Tagger"]

BATCH = 16
# Below this (-80 dB of full scale) no recording has music.
SILENCE = 1e-4
_BATCHES_AHEAD = 2

Stage = Literal["decoding", "tagging"]
Progress = Callable[[Stage, float, float | None], None]


class Cancelled(Exception):
    """`should_stop` said so between two batches."""


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
        sound = _Sound(path, limits)
        tell, stop = on_progress or _ignore, should_stop or _never
        tell("decoding", 0.0, None)
        collector = Collector()
        done = 0
        with closing(ahead(_batches(segments(sound)), depth=_BATCHES_AHEAD)) as batches:
            for batch in batches:
                if stop():
                    raise Cancelled
                collector.add(*self.score(batch))
                done += len(batch)
                tell("tagging", *sound.progress(done))
        return sound.analysis(collector)

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


class _Sound:
    """The decoded stream, observed as it passes: length, loudness, peaks."""

    def __init__(self, path: str | Path, limits: DecodeLimits | None) -> None:
        self._decoding = Decoding(path, limits)
        self._peaks = PeakMeter()
        self._samples = 0
        self._loudest = 0.0

    def __iter__(self) -> Iterator[Samples]:
        for block in self._decoding:
            self._peaks.push(block)
            self._samples += len(block)
            self._loudest = max(self._loudest, float(np.abs(block).max()))
            yield block

    def progress(self, segments_done: int) -> tuple[float, float | None]:
        total = self._decoding.info.duration if self._decoding.info else None
        seconds = segments_done * SEGMENT_SAMPLES / SAMPLE_RATE
        return (min(seconds, total) if total else seconds), total

    def analysis(self, collector: Collector) -> Analysis:
        scores = collector.scores()
        return Analysis(
            scores=scores,
            mean_scores=scores.mean(axis=0),
            embedding=collector.embedding(),
            peaks=self._peaks.result(),
            duration=self._samples / SAMPLE_RATE,
            notes=tuple(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        if self._samples < SEGMENT_SAMPLES:
            yield "short"
        if self._loudest < SILENCE:
            yield "silent"
        if self._decoding.damage.damaged:
            yield "damaged"


def _batches(items: Iterable[Samples]) -> Iterator[Array]:
    """Stack segments to batches of shape `(up to 16, 59049)`."""
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield np.stack(batch)


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


def _ignore(*_: object) -> None:
    """Progress nobody asked for."""


def _never() -> bool:
    return False
