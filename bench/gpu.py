"""What a CUDA device makes of the network: is it right, how quick is it, what holds it back.

    python -m bench.gpu [--presets default modern] [--batches 16 64 256] [--limit 300] [--out FILE]

One JSON: the device with its measured rates (a bfloat16 matrix product, a copy in its memory);
the shipped model's scores there against those of the CPU in float32, TF32, bfloat16 and float16;
training (forward, backward, AdamW) by batch, eager, compiled and as CUDA graphs, and the share of
the matrix rate it reaches; inference by batch; batches cut out of the device's own memory against
batches carried there; what one core decodes, and how many the device would need. After `--limit`
seconds nothing new is begun. `--device cpu` is for trying the script.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from bench.machine import facts
from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.checkpoints.weights import default_model_path, load_model
from ml.config.recipe import read_recipe
from ml.data.loader import Loader, MappedSource, ResidentSource
from ml.data.magnatagatune.prepare import decode_clip
from ml.data.magnatagatune.split import CLIP_SAMPLES, Split
from ml.data.sampler import Sampler
from ml.evaluation.robustness import encode_mp3
from ml.nn.macs import count_macs
from ml.nn.network import SampleCNN
from ml.runtime.engine import torch_engine
from ml.runtime.parity import sample_sounds
from ml.training.optimisers import make_optimiser

LABELS = 50
# Forward once, backward twice: gradients of the inputs and of the weights.
PASSES = 3
ROUNDS, UPDATES, WARM_UPS = 3, 6, 3
CLIPS = 64
Row = dict[str, Any]
WAYS: dict[str, Callable[[SampleCNN], Callable[[Tensor], Tensor]]] = {
    "eager": lambda network: network,
    "compiled": torch.compile,
    "graphs": partial(torch.compile, mode="reduce-overhead"),
}


class Bench:
    """All measurements on one device; `found` is what is known so far."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args, self.device = args, torch.device(args.device)
        self.end = time.monotonic() + args.limit
        self.found: dict[str, Any] = {"training": [], "inference": []}

    def run(self) -> dict[str, Any]:
        self._do("machine", facts)
        self._do("device", self._device)
        self._do("equality", self._equality)
        for preset in self.args.presets:
            for batch in self.args.batches:
                self._do("training", lambda p=preset, b=batch: self._training(p, b, "eager"))
                self._do("inference", lambda p=preset, b=batch: self._inference(p, b))
            if preset in self.args.compiled:
                largest = self.args.batches[-1]
                for way in ("compiled", "graphs"):
                    self._do("training", lambda p=preset, b=largest, w=way: self._training(p, b, w))
        self._do("feeding", self._feeding)
        self._do("decoding", self._decoding)
        return self.found

    def _do(self, name: str, measure: Callable[[], Any]) -> None:
        """Measure, unless time is over; lists grow by a row. What is known is written at once."""
        began = time.monotonic()
        if began > self.end:
            return
        value = measure()
        if isinstance(self.found.get(name), list):
            self.found[name].append(value)
        else:
            self.found[name] = value
        took = time.monotonic() - began
        print(f"{name}: {json.dumps(value)} ({took:.1f} s)", file=sys.stderr, flush=True)
        if self.args.out:
            self.args.out.write_text(json.dumps(self.found, indent=1), encoding="utf-8")

    def _device(self) -> Row:
        size = self.args.matrix
        a, b = torch.randn(2, size, size, device=self.device, dtype=torch.bfloat16)
        numbers = torch.randint(255, (size * size * 8,), dtype=torch.uint8, device=self.device)
        there = torch.empty_like(numbers)
        product = self._seconds(lambda: torch.mm(a, b))
        copy = self._seconds(lambda: there.copy_(numbers))
        cuda = self.device.type == "cuda"
        return {
            "name": torch.cuda.get_device_name() if cuda else "CPU",
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
            "matrix_tflop_per_s": four_digits(2 * size**3 / product / 1e12),
            "copy_tb_per_s": four_digits(2 * numbers.numel() / copy / 1e12),
        }

    def _equality(self) -> Row:
        """The largest difference of a score from the CPU's in float32."""
        network = load_model(default_model_path()).network
        sounds = sample_sounds(network.config.channels, network.config.samples)
        with torch.inference_mode():
            exact = network.scores(network(sounds))
            network.to(self.device)
            there = sounds.to(self.device)
            found = {}
            for tf32 in (False, True):
                torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = tf32
                scores = network.scores(network(there)).cpu()
                found["tf32" if tf32 else "float32"] = _furthest(scores, exact)
            for dtype in (torch.bfloat16, torch.float16):
                with torch.autocast(self.device.type, dtype):
                    logits = network(there)
                name = str(dtype).removeprefix("torch.")
                found[name] = _furthest(network.scores(logits.float()).cpu(), exact)
        return {**found, "engine": torch_engine(network, self.device).name}

    def _training(self, preset: str, batch: int, way: str) -> Row:
        """Updates on noise, in bfloat16."""
        network, flop = self._network(preset)
        optimiser = make_optimiser(network, read_recipe(preset).optimiser)
        forward = WAYS[way](network)
        x = 0.1 * torch.randn(batch, 1, SEGMENT_SAMPLES, device=self.device)
        y = torch.rand(batch, LABELS, device=self.device)

        def update() -> None:
            with torch.autocast(self.device.type, torch.bfloat16):
                logits = forward(x)
            F.binary_cross_entropy_with_logits(logits.float(), y).backward()
            optimiser.step()
            optimiser.zero_grad()

        seconds = self._seconds(update, WARM_UPS)
        return self._row(preset, batch, seconds, PASSES * flop, way=way)

    def _inference(self, preset: str, batch: int) -> Row:
        network, flop = self._network(preset)
        engine = torch_engine(network.eval(), self.device)
        x = 0.1 * torch.randn(batch, 1, SEGMENT_SAMPLES, device=self.device)
        with torch.inference_mode():
            seconds = self._seconds(lambda: engine.forward(x), WARM_UPS)
        return self._row(preset, batch, seconds, flop, backend=engine.name)

    def _network(self, preset: str) -> tuple[SampleCNN, float]:
        """The preset's network in training, and its operations for one segment."""
        torch.manual_seed(0)
        network = SampleCNN(read_recipe(preset).network_config(LABELS))
        flop = 2 * count_macs(network)
        return network.to(self.device).train(), flop

    def _row(self, preset: str, batch: int, seconds: float, flop: float, **more: Any) -> Row:
        rate = flop * batch / seconds / 1e12
        matrix_rate = self.found["device"]["matrix_tflop_per_s"]
        memory = torch.cuda.max_memory_allocated() if self.device.type == "cuda" else 0
        return {
            "preset": preset,
            "batch": batch,
            **more,
            "segments_per_s": four_digits(batch / seconds),
            "tflop_per_s": four_digits(rate),
            "share_of_matrix_rate": four_digits(rate / matrix_rate),
            "memory_mib": memory >> 20,
        }

    def _feeding(self) -> Row:
        """Segments a second that `default`'s batches are cut and changed with, by their source."""
        split, recipe = _noise_split(), read_recipe("default", [f"training.batch_size={64}"])
        loader = Loader(split, Sampler(split, recipe), self.device)
        found = {"from": "the device's memory" if loader.resident else "the host's memory"}
        batches = loader.batches(0)
        found["batches_segments_per_s"] = four_digits(64 / self._seconds(lambda: next(batches)))
        batch = Sampler(split, recipe).batch(0)
        for name, source in (
            ("resident_crops", ResidentSource(split, self.device)),
            ("carried_crops", MappedSource(split)),
        ):
            seconds = self._seconds(lambda s=source: s.crops(batch).to(self.device))
            found[f"{name}_segments_per_s"] = four_digits(64 / seconds)
        return found

    def _decoding(self) -> Row:
        """A clip as MagnaTagATune's are, mp3 of 16 kHz, 32 kbit/s, by the decoder that prepares."""
        time_line = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
        sound = (0.3 * np.sin(2 * np.pi * 440 * time_line)).astype(np.float32)
        with tempfile.TemporaryDirectory() as folder:
            clip = Path(folder) / "clip.mp3"
            clip.write_bytes(encode_mp3(sound, 32_000))
            seconds = self._seconds(lambda: decode_clip(clip))
        rate = CLIP_SAMPLES / SEGMENT_SAMPLES / seconds
        rows = [row["segments_per_s"] for row in self.found["inference"]]
        return {
            "segments_per_s_a_core": four_digits(rate),
            "cores_to_feed_inference": four_digits(max(rows) / rate) if rows else None,
        }

    def _seconds(self, work: Callable[[], Any], warm_ups: int = 1) -> float:
        """Of one call: the median of some rounds of several, the device waited for."""
        for _ in range(warm_ups):
            work()
        rounds = []
        for _ in range(ROUNDS):
            self._wait()
            began = time.perf_counter()
            for _ in range(UPDATES):
                work()
            self._wait()
            rounds.append((time.perf_counter() - began) / UPDATES)
        return median(rounds)

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def four_digits(value: float) -> float:
    """However small: a processor does a thousandth of what a GPU does."""
    return float(f"{value:.4g}")


def _furthest(scores: Tensor, exact: Tensor) -> float:
    return float((scores - exact).abs().max())


def _noise_split() -> Split:
    rng = np.random.default_rng(0)
    return Split(
        name="train",
        protocol="A",
        tags=[str(k) for k in range(LABELS)],
        paths=[""] * CLIPS,
        kinds=[""] * CLIPS,
        instruments=[""] * CLIPS,
        rows=np.arange(CLIPS),
        samples=rng.integers(-9999, 9999, (CLIPS, CLIP_SAMPLES), dtype=np.int16),
        lengths=np.full(CLIPS, CLIP_SAMPLES, np.int32),
        hard=rng.integers(0, 2, (CLIPS, LABELS), dtype=np.uint8),
        soft=rng.random((CLIPS, 10, LABELS)).astype(np.float16),
        unreadable=0,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--presets", nargs="+", default=["default", "modern"])
    parser.add_argument("--compiled", nargs="*", default=["default"], help="presets, compiled")
    parser.add_argument("--batches", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--limit", type=float, default=300.0, help="seconds (default 300)")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--matrix", type=int, default=8192, help="size of the matrix product")
    parser.add_argument("--out", type=Path, help="write the JSON into this file as well")
    # Shapes stay the same, so that the quickest kernel for each is worth looking for.
    torch.backends.cudnn.benchmark = True
    print(json.dumps(Bench(parser.parse_args()).run(), indent=1))


if __name__ == "__main__":
    main()
