"""Training by the clock: as many updates as the seconds allow, the cosine ending with them.

Everything lies on the device, and the host looks at it every few updates only. The moving average
of the weights is what is validated and kept; it is written often, so that a machine that is taken
away takes a minute's work with it and no more.
"""

from __future__ import annotations

import copy
import json
import math
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from ml.config import NetworkConfig
from ml.nn import SampleCNN

from .augmentation import Changes
from .batches import VOICE_TAGS, Batches
from .resident import Resident
from .validation import Validator

# Updates between two looks at the loss, each of which makes the host wait.
LOOK_EVERY = 20
# Kept back for the last validation and for writing.
LAST_SECONDS = 5.0


@dataclass(frozen=True)
class Settings:
    """How a student is trained; `seconds` is all there is, from the first update on."""

    seconds: float = 360.0
    batch_size: int = 256
    rate: float = 3e-3
    warmup: int = 300
    floor: float = 0.01
    weight_decay: float = 0.03
    beta2: float = 0.99
    clip_norm: float = 1.0
    average: float = 0.999
    voice_weight: float = 2.5
    over: float = 0.12
    compile: bool = False
    keep: bool = True
    seed: int = 0
    look_seconds: float = 30.0
    changes: Changes = field(default_factory=Changes)


class Student:
    """One training; `run` gives its curve and leaves `last` and `best` weights in `out`."""

    def __init__(
        self,
        config: NetworkConfig,
        settings: Settings,
        train: Resident,
        validation: Resident,
        tags: list[str],
        out: Path,
        name: str = "student",
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.out, self.name, self.tags = settings, out, name, tags
        self.device = train.samples.device
        self.network = SampleCNN(config).to(self.device).train()
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.forward = torch.compile(self.network) if settings.compile else self.network
        self.optimiser = _optimiser(self.network, settings)
        self.batches = Batches(train, tags, settings.batch_size, settings.changes, settings.over)
        self.validator = Validator(validation, tags)
        weights = [settings.voice_weight if tag in VOICE_TAGS else 1.0 for tag in tags]
        self.tag_weights = torch.tensor(weights, device=self.device)
        self.step, self.curve, self.best = 0, list[dict[str, Any]](), -math.inf
        self.test: dict[str, Any] = {}
        self._lost = torch.zeros((), device=self.device)
        self._pairs = _followed(self.average, self.network)

    def run(self, deadline: float | None = None) -> list[dict[str, Any]]:
        """Train until `deadline` (of `time.monotonic`), or for the settings' seconds."""
        self.out.mkdir(parents=True, exist_ok=True)
        self._update(0.0)  # Compiles and picks kernels: the cosine starts behind it.
        self._wait()
        began = looked = time.monotonic()
        end = (began + self.settings.seconds if deadline is None else deadline) - LAST_SECONDS
        steps_then = self.step
        while (now := time.monotonic()) < end:
            self._update((now - began) / (end - began))
            if self.step % LOOK_EVERY == 0:
                self._wait()
            if time.monotonic() - looked > self.settings.look_seconds:
                self._look(began, looked, steps_then)
                looked, steps_then = time.monotonic(), self.step
        self._look(began, looked, steps_then)
        return self.curve

    def judge(self, test: Resident) -> None:
        """Add to the report how good the average is on clips that had no say in anything."""
        validator = Validator(test, self.tags)
        self.test = validator.figures(self.average)
        _tell({"name": f"{self.name}, test", **self.test})
        self._write_report()
        # What thresholds are chosen from, so that nobody need hear the clips again.
        scores = {
            name: one.scores(self.average)[0]
            for name, one in (("validation", self.validator), ("test", validator))
        }
        np.savez_compressed(self.out / f"{self.name}-scores.npz", allow_pickle=False, **scores)

    def _update(self, progress: float) -> None:
        settings = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = settings.rate * self._share(progress)
        batch = self.batches.draw()
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.forward(batch.sound)
        weight = batch.known * self.tag_weights * batch.weight[:, None]
        loss = F.binary_cross_entropy_with_logits(
            logits.float(), batch.target, weight, reduction="sum"
        ) / weight.sum().clamp_min(1)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), settings.clip_norm, foreach=True)
        self.optimiser.step()
        self.step += 1
        self._follow()
        self._lost += loss.detach()

    def _share(self, progress: float) -> float:
        warm = min(1.0, (self.step + 1) / self.settings.warmup)
        cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
        return warm * (self.settings.floor + (1 - self.settings.floor) * cosine)

    @torch.no_grad()
    def _follow(self) -> None:
        """The moving average takes in the weights, in one launch for all of them."""
        decay = min(self.settings.average, (1 + self.step) / (20 + self.step))
        torch._foreach_lerp_(*self._pairs, 1 - decay)

    def _wait(self) -> None:
        """Let the device catch up; stop when the loss is no number."""
        if not math.isfinite(float(self._lost)):
            raise ArithmeticError(f"The loss is no number at update {self.step}.")

    def _look(self, began: float, looked: float, steps_then: int) -> None:
        """Validate the average, tell, and keep its weights."""
        now = time.monotonic()
        updates = max(self.step - steps_then, 1)
        found = self.validator.figures(self.average)
        entry = {
            "name": self.name,
            "seconds": round(now - began, 1),
            "updates": self.step,
            "segments_per_s": round(updates * self.settings.batch_size / max(now - looked, 1e-9)),
            "training_loss": float(self._lost) / updates,
            **found,
        }
        self._lost.zero_()
        self.curve.append(entry)
        _tell(entry)
        figure = found.get("hard_average_precision", -found["loss"])
        if self.settings.keep:
            self._save("last")
        if self.settings.keep and figure > self.best:
            self.best = figure
            self._save("best")
        self._write_report()

    def _write_report(self) -> None:
        report = {
            "config": self.network.config.as_dict(),
            "settings": asdict(self.settings),
            "tags": self.tags,
            "curve": self.curve,
            "test": self.test,
        }
        _write(self.out / f"{self.name}.json", json.dumps(report, indent=1).encode())

    def _save(self, which: str) -> None:
        """Matrices and filters in half precision, the rest, which takes no room, as it is."""
        tensors = {
            name: value.half().contiguous() if value.ndim > 1 else value
            for name, value in self.average.state_dict().items()
        }
        file = self.out / f"{self.name}-{which}.safetensors"
        beside = file.with_suffix(".new")
        save_file({name: value.cpu() for name, value in tensors.items()}, beside)
        os.replace(beside, file)


def _optimiser(network: nn.Module, settings: Settings) -> torch.optim.AdamW:
    """AdamW; only matrices and filters decay."""
    parameters = list(network.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, settings.rate, betas=(0.9, settings.beta2), fused=True)


def _followed(average: nn.Module, network: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """The floating-point tensors of both, in one order."""
    pairs = zip(average.state_dict().values(), network.state_dict().values(), strict=True)
    kept = [(mean, value) for mean, value in pairs if mean.is_floating_point()]
    return [mean for mean, _ in kept], [value for _, value in kept]


def _tell(entry: dict[str, Any]) -> None:
    plain = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in entry.items()
        if not isinstance(value, dict)
    }
    print(json.dumps(plain), flush=True)


def _write(file: Path, payload: bytes) -> None:
    beside = file.with_suffix(".new")
    beside.write_bytes(payload)
    os.replace(beside, file)
