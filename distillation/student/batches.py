"""What one update is made of: drawn clips, voices laid over music, changed sound, mixed pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .augmentation import Changes, changed, mixed, overlaid, speeds
from .resident import Crops, Resident

# The kind of clips that hold a voice and nothing else.
VOICE = "voice"
VOICE_TAGS = (
    "female", "female vocal", "female voice", "male", "male vocal", "male voice", "man",
    "singing", "vocal", "vocals", "voice", "woman",
)  # fmt: skip
SINGERS = ("choir", "choral", "opera", "female vocalists", "male vocalists", "female vocalist")
VOICELESS = ("no vocal", "no vocals", "no voice", "instrumental")
# A clip is instrumental when no voice's mean score is above this.
SILENT_VOICE = 0.12
VOICE_OVER_DB = (-7.0, 9.0)


@dataclass(frozen=True)
class Batch:
    """float32 `(batch, 1, time)`; targets, and whether they are known, `(batch, tags)`."""

    sound: Tensor
    target: Tensor
    known: Tensor
    weight: Tensor


class Batches:
    """Draws batches of `pool`; `over` is the share of them that is a voice laid over music."""

    def __init__(
        self, pool: Resident, tags: list[str], size: int, changes: Changes, over: float
    ) -> None:
        device = pool.samples.device
        self.pool, self.size, self.changes = pool, size, changes
        self._vocal = _columns(tags, (*VOICE_TAGS, *SINGERS)).to(device)
        self._voiceless = _columns(tags, VOICELESS).to(device)
        voices = torch.tensor([kind == VOICE for kind in pool.kinds], device=device)
        self._voices = pool.chances * voices
        self._music = pool.chances * ~voices * _instrumental(pool, self._vocal)
        there = bool(self._voices.any()) and bool(self._music.any())
        self._over = round(size * over) if there else 0

    def draw(self) -> Batch:
        crops = [self._crops(self.pool.draw(self.size - self._over))]
        if self._over:
            crops.append(self._voice_over_music())
        sound = changed(torch.cat([part.sound for part in crops]), self.changes)
        target, known, weight = (
            torch.cat([getattr(part, name) for part in crops])
            for name in ("target", "known", "weight")
        )
        sound, target, known = mixed(sound, target, known, self.changes)
        return Batch(sound[:, None], target, known, weight)

    def _crops(self, clip: Tensor) -> Crops:
        place = torch.rand(len(clip), device=clip.device)
        return self.pool.crops(clip, place, speeds(self.changes, len(clip), clip.device))

    def _voice_over_music(self) -> Crops:
        """What is sung comes from the voice, what plays from the music."""
        voice = self._crops(self.pool.draw(self._over, self._voices))
        music = self._crops(self.pool.draw(self._over, self._music))
        target = torch.where(self._vocal, voice.target, music.target)
        known = torch.where(self._vocal, voice.known, music.known)
        return Crops(
            sound=overlaid(voice.sound, music.sound, VOICE_OVER_DB),
            target=target.masked_fill(self._voiceless, 0.02),
            known=known | self._voiceless,
            clip=music.clip,
            weight=music.weight,
        )


def _columns(tags: list[str], wanted: tuple[str, ...]) -> Tensor:
    return torch.tensor([bare(tag) in wanted for tag in tags])


def bare(tag: str) -> str:
    """A tag without what tells two vocabularies' tags of one name apart."""
    return tag.partition(":")[2].strip() or tag


def _instrumental(pool: Resident, vocal: Tensor) -> Tensor:
    """Which clips have no voice that anybody knows of, `(clips,)`."""
    columns = vocal.cpu().numpy()
    scores = np.where(pool.known.cpu().numpy(), pool.scores.cpu().numpy(), 0)[:, columns]
    first, count = pool.rows.tolist(), pool.segments.tolist()
    means = [scores[a : a + n].mean(0).max() for a, n in zip(first, count, strict=True)]
    return torch.tensor(np.array(means) < SILENT_VOICE, device=pool.samples.device)
