"""People who speak: the files of each, and whether it is a woman or a man."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from distillation.clips import Sound
from distillation.labelling import RATE

from .materials import licences
from .singing import speaking_pitch
from .store import Origin, decode

# Speaking pitch in Hz. Between men's and women's nobody can tell by pitch, above may be a child.
LOWEST_MALE, HIGHEST_MALE, LOWEST_FEMALE, HIGHEST_FEMALE = 60.0, 145.0, 170.0, 275.0
MOST_FILES, ANALYSED_FILES = 160, 14
# Shorter files hold a letter or nothing.
LEAST_BYTES = 2000
SILENCE, LEVEL = 0.02, 0.1
BREAK_S = (0.08, 0.5)


class Source(NamedTuple):
    """Files of one speaker, or of one language, which mostly is the same."""

    name: str
    package: str
    pattern: str


def _each(name: str, package: str, pattern: str, values: str) -> list[Source]:
    """A source for every value, put where the texts have `{}`."""
    return [
        Source(*(text.format(value) for text in (name, package, pattern)))
        for value in values.split()
    ]


# Announcements of telephone exchanges; the small and the big fish of a game, who talk; what stands
# on stamps, a potato man's parts, and letters, read to children.
SOURCES = (
    *_each("asterisk-{}", "asterisk-core-sounds-{}-g722", "**/*.g722", "en es fr it ru"),
    Source("menardi", "asterisk-prompt-it-menardi-wav", "**/*.wav"),
    Source("armelle", "asterisk-prompt-fr-armelle", "**/*.gsm"),
    Source("colombia", "asterisk-prompt-es-co", "**/*.gsm"),
    *_each("fillets-small-{}", "fillets-ng-data-{}", "**/*-m-*.ogg", "cs nl"),
    *_each("fillets-big-{}", "fillets-ng-data-{}", "**/*-v-*.ogg", "cs nl"),
    Source("stamps-en", "tuxpaint-stamps-default", "**/*_desc.ogg"),
    *_each(
        "stamps-{}",
        "tuxpaint-stamps-default",
        "**/*_desc_{}.ogg",
        "be bg ca da el es fr nl ro ru",
    ),
    *_each(
        "ktuberling-{}",
        "ktuberling-data",
        "**/sounds/{}/*.*",
        "ca da de el en es fi fr ga gl it lt nds nl nn pt ro ru sl sr sv uk wa",
    ),
    *_each(
        "klettres-{}",
        "klettres-data",
        "**/klettres/{}/**/*.ogg",
        "ar cs da de en en_GB es fr he hu it lt ml nb nds nl pt_BR ru tn uk",
    ),
)


class Speaker(NamedTuple):
    """`origin` names the package and its licences."""

    name: str
    origin: Origin
    files: list[Path]
    female: bool


def is_female(pitch_hz: float) -> bool | None:
    """None where pitch does not tell."""
    if LOWEST_FEMALE < pitch_hz < HIGHEST_FEMALE:
        return True
    return False if LOWEST_MALE < pitch_hz < HIGHEST_MALE else None


def speakers(unpacked: Path) -> Iterator[Speaker]:
    """Who speaks, as far as the median of some files' pitch tells a woman from a man."""
    named = licences()
    for source in SOURCES:
        files = speech_files(unpacked, source)
        if len(files) < ANALYSED_FILES:
            continue
        analysed = files[:: len(files) // ANALYSED_FILES][:ANALYSED_FILES]
        pitches = [hz for hz in map(speaking_pitch, map(words, analysed)) if hz]
        female = is_female(float(np.median(pitches))) if pitches else None
        if female is not None:
            yield Speaker(source.name, Origin(source.package, named[source.package]), files, female)


def speech_files(unpacked: Path, source: Source) -> list[Path]:
    found = sorted((unpacked / source.package).glob(source.pattern))
    files = [path for path in found if path.is_file() and path.stat().st_size > LEAST_BYTES]
    return files[:: max(1, len(files) // MOST_FILES)]


@cache
def words(path: Path) -> Sound:
    """Without the silence before and behind, as loud as any other; nothing if it is no sound."""
    try:
        sound = decode(path)
    except (av.error.FFmpegError, IndexError, UnicodeDecodeError):
        sound = np.zeros(0, np.float32)
    loud = np.flatnonzero(np.abs(sound) > SILENCE * np.abs(sound).max(initial=0))
    if not len(loud):
        return np.zeros(0, np.float32)
    sound = sound[loud[0] : loud[-1] + 1]
    return sound * np.float32(LEVEL / (np.sqrt(np.mean(sound**2)) + 1e-6))


def talk(speaker: Speaker, seconds: float, rng: np.random.Generator) -> Sound:
    """Random files of the speaker behind each other, with short breaks."""
    parts: list[Sound] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts.append(words(speaker.files[rng.integers(len(speaker.files))]))
        parts.append(np.zeros(int(rng.uniform(*BREAK_S) * RATE), np.float32))
    return np.concatenate(parts)[: int(seconds * RATE)]
