"""Voices: people who speak, made to sing, alone and over instrumental music.

The spoken words are in Debian's packages: announcements of telephone exchanges, dialogues of
games, words for children. Singing is made of them with the WORLD vocoder (M. Morise, F. Yokomori,
K. Ozawa, IEICE Transactions 2016): the pitch follows a melody, voiced sounds last longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt
import pyworld
from ml.labels import LABEL_NAMES
from scipy.signal import fftconvolve

from distillation.clips import MP3, Sound, read_labels, read_standin
from distillation.labelling import RATE
from distillation.melodies import Note, read_lines
from distillation.pool import Bounds, Rules, Writer, decode

LENGTHS_S = (8.1, 10.8)
FRAME_MS = 5.0
# Speaking pitch: between these nobody can tell from pitch alone.
HIGHEST_MALE_HZ, LOWEST_FEMALE_HZ, HIGHEST_FEMALE_HZ = 145.0, 170.0, 275.0
MOST_FILES, HEARD_FILES = 160, 14
LEAST_FILE_S = 0.7
VOICED = (
    "vocal", "vocals", "singing", "voice", "female", "male", "woman", "man", "choir", "choral",
    "opera", "female vocal", "male vocal", "female voice", "male voice",
)  # fmt: skip
INSTRUMENTAL_BELOW = 0.07
NO_VOICE = ("no vocals", "no vocal", "no voice")
# Lowest scores of one who sings: cautious where teachers are, high where listeners look.
FEMALE = {"female": 0.8, "woman": 0.5, "female vocal": 0.6, "female voice": 0.6}
MALE = {"male": 0.8, "man": 0.5, "male vocal": 0.6, "male voice": 0.6}
MILLION_FEMALE = {"msd:female vocalists": 0.8, "msd:female vocalist": 0.5}
MILLION_MALE = {"msd:male vocalists": 0.7}
SUNG = {"vocal": 0.6, "vocals": 0.6, "singing": 0.6, "voice": 0.35}
OPEN_SPEECH = (
    "slow", "fast", "quiet", "soft", "loud", "solo", "weird", "indian", "opera",
    "msd:experimental", "msd:Mellow", "msd:sad", "msd:beautiful", "msd:acoustic", "msd:folk",
    "msd:indie", "msd:alternative", "msd:00s", "msd:Hip-Hop",
)  # fmt: skip
OPEN_SINGING = (
    *OPEN_SPEECH, "classical", "classic", "choir", "choral", "ambient", "new age", "country",
    "pop", "msd:pop", "msd:soul", "msd:jazz", "msd:blues", "msd:easy listening", "msd:oldies",
    "msd:60s", "msd:70s", "msd:80s", "msd:90s", "msd:country", "msd:rnb", "msd:chill", "msd:chillout",
    "msd:ambient", "msd:sexy", "msd:catchy", "msd:happy", "msd:indie pop", "msd:indie rock",
)  # fmt: skip
LOW = (0.0, 0.05)


class Source(NamedTuple):
    """Files of one speaker, or of one language, which mostly is the same."""

    name: str
    package: str
    pattern: str
    licence: str


ASTERISK = "CC-BY-SA-3.0"
SOURCES = [
    *(
        Source(f"asterisk-{k}", f"asterisk-core-sounds-{k}-g722", "**/*.g722", ASTERISK)
        for k in ("en", "es", "fr", "it", "ru")
    ),
    Source("menardi", "asterisk-prompt-it-menardi-wav", "**/*.wav", "CC-BY-SA-3.0"),
    Source("armelle", "asterisk-prompt-fr-armelle", "**/*.gsm", "GPL-2+"),
    Source("colombia", "asterisk-prompt-es-co", "**/*.gsm", "GPL-2+"),
    *(
        Source(f"fillets-{k}-{fish}", f"fillets-ng-data-{k}", f"**/*-{fish}-*.ogg", "GPL-2")
        for k in ("cs", "nl")
        for fish in ("m", "v")
    ),
    *(
        Source(f"stamps-{k}", "tuxpaint-stamps-default", f"**/*_desc_{k}.ogg", "GPL-2+")
        for k in ("be", "bg", "ca", "da", "el", "es", "fr", "nl", "ro", "ru")
    ),
    Source("stamps-en", "tuxpaint-stamps-default", "**/*_desc.ogg", "GPL-2+"),
    *(
        Source(f"ktuberling-{k}", "ktuberling-data", f"**/sounds/{k}/*.*", "GPL-2+")
        for k in [
            "ca",
            "da",
            "de",
            "el",
            "en",
            "es",
            "fi",
            "fr",
            "ga",
            "gl",
            "it",
            "lt",
            "nds",
            "nl",
            "nn",
            "pt",
            "ro",
            "ru",
            "sl",
            "sr",
            "sv",
            "uk",
            "wa",
        ]
    ),
    *(
        Source(f"klettres-{k}", "klettres-data", f"**/klettres/{k}/**/*.ogg", "GPL-2+")
        for k in [
            "ar",
            "cs",
            "da",
            "de",
            "en",
            "en_GB",
            "es",
            "fr",
            "he",
            "hu",
            "it",
            "lt",
            "ml",
            "nb",
            "nds",
            "nl",
            "pt_BR",
            "ru",
            "tn",
            "uk",
        ]
    ),
]


class Speaker(NamedTuple):
    source: Source
    files: list[Path]
    female: bool
    pitch_hz: float


def pitch(sound: Sound) -> float:
    """Median of the voiced moments' pitch in Hz; 0 where nothing is voiced."""
    found, _ = pyworld.dio(sound.astype(np.float64), RATE, 60.0, 450.0, frame_period=10.0)
    voiced = found[found > 0]
    return float(np.median(voiced)) if len(voiced) > 20 else 0.0


def speakers(unpacked: Path) -> Iterator[Speaker]:
    """Who speaks, as far as pitch tells a woman from a man; at most MOST_FILES files each."""
    for source in SOURCES:
        files = sorted((unpacked / source.package).glob(source.pattern))
        files = [file for file in files if file.stat().st_size > 2000][
            :: max(1, len(files) // MOST_FILES)
        ]
        if len(files) < HEARD_FILES:
            continue
        heard = [pitch(read(file)) for file in files[:: len(files) // HEARD_FILES][:HEARD_FILES]]
        hz = float(np.median([each for each in heard if each] or [0.0]))
        male, female = 60 < hz < HIGHEST_MALE_HZ, LOWEST_FEMALE_HZ < hz < HIGHEST_FEMALE_HZ
        print(f"{source.name}: {len(files)} files, {hz:.0f} Hz", flush=True)
        if male or female:
            yield Speaker(source, files, female, hz)


@cache
def read(file: Path) -> Sound:
    """Without the silence before and behind; as loud as any other."""
    try:
        sound = decode(file)
    except (av.error.FFmpegError, IndexError, UnicodeDecodeError):
        return np.zeros(0, np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max(initial=0))
    if not len(loud):
        return np.zeros(0, np.float32)
    sound = sound[loud[0] : loud[-1] + 1]
    return sound * np.float32(0.1 / (np.sqrt(np.mean(sound**2)) + 1e-6))


def talk(speaker: Speaker, seconds: float, rng: np.random.Generator) -> Sound:
    """Random files of the speaker behind each other, with short breaks."""
    parts: list[Sound] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts.append(read(speaker.files[rng.integers(len(speaker.files))]))
        parts.append(np.zeros(int(rng.uniform(0.08, 0.5) * RATE), np.float32))
    return np.concatenate(parts)[: int(seconds * RATE)]


def stretched(voiced: npt.NDArray[np.bool_], slower: float) -> npt.NDArray[np.intp]:
    """Which frame is heard when: voiced ones `slower` times as long."""
    ends = np.cumsum(np.where(voiced, slower, 1.0))
    return np.minimum(np.searchsorted(ends, np.arange(int(ends[-1]))), len(voiced) - 1)


def contour(line: list[Note], frames: int, middle_hz: float, rng: np.random.Generator) -> Sound:
    """A melody as pitch in Hz, one number a frame, moved to lie around `middle_hz`."""
    keys = np.array([note.keys[0] for note in line if note.keys], float)
    beat_s = rng.uniform(0.35, 0.75)
    pitches = np.zeros(0)
    shift = round(69 + 12 * np.log2(middle_hz / 440) - np.median(keys))
    while len(pitches) < frames:
        for note in line:
            key = note.keys[0] if note.keys else keys[0]
            length = max(4, int(note.beats * beat_s * 1000 / FRAME_MS))
            pitches = np.append(pitches, np.full(length, key + shift))
    glide = np.hanning(rng.integers(7, 19))
    smooth = np.convolve(np.pad(pitches, len(glide), mode="edge"), glide / glide.sum(), "same")
    times = np.arange(frames) * FRAME_MS / 1000
    vibrato = rng.uniform(0, 0.45) * np.sin(2 * np.pi * rng.uniform(4.8, 6.3) * times)
    smooth = smooth[len(glide) : len(glide) + frames] + vibrato
    return 440 * 2 ** ((smooth - 69) / 12)


def sing(sound: Sound, line: list[Note], speaker: Speaker, rng: np.random.Generator) -> Sound:
    """The words of `sound` along the melody, two to three times as slow."""
    wave = sound.astype(np.float64)
    found, times = pyworld.dio(wave, RATE, 60.0, 500.0, frame_period=FRAME_MS)
    found = pyworld.stonemask(wave, found, times, RATE)
    shape = pyworld.cheaptrick(wave, found, times, RATE)
    breath = pyworld.d4c(wave, found, times, RATE)
    order = stretched(found > 0, rng.uniform(1.8, 3.2))
    middle = rng.uniform(270, 430) if speaker.female else rng.uniform(115, 210)
    hz = np.where(found[order] > 0, contour(line, len(order), middle, rng), 0.0)
    return pyworld.synthesize(hz, warped(shape[order], rng), breath[order], RATE, FRAME_MS).astype(
        np.float32
    )


def warped(shape: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """A longer or shorter vocal tract, within one sex: another person."""
    bins = np.arange(shape.shape[1])
    at = np.minimum(bins * rng.uniform(0.93, 1.07), bins[-1])
    low = at.astype(int)
    high, part = np.minimum(low + 1, bins[-1]), at - low
    return np.ascontiguousarray(shape[:, low] * (1 - part) + shape[:, high] * part)


def room(sound: Sound, rng: np.random.Generator) -> Sound:
    """A little reverberation, and more or less treble."""
    tail_s = rng.uniform(0.1, 0.9)
    times = np.arange(int(tail_s * RATE)) / RATE
    echo = rng.standard_normal(len(times)) * 10 ** (-3 * times / tail_s)
    wet = fftconvolve(sound, echo)[: len(sound)]
    wet *= np.sqrt(np.mean(sound**2) / (np.mean(wet**2) + 1e-12))
    mixed = sound + rng.uniform(0, 0.6) * wet
    tilt = rng.uniform(-0.3, 0.6)
    return np.append(mixed[0], mixed[1:] - tilt * mixed[:-1]).astype(np.float32)


def levelled(sound: Sound, rng: np.random.Generator) -> Sound:
    """Full scale to 18 dB below it."""
    return sound * np.float32(10 ** (-rng.uniform(0, 18) / 20) / (np.abs(sound).max() + 1e-6))


def over(voice: Sound, music: Sound, gain_db: float) -> Sound:
    """The voice louder than the music by `gain_db`, where it is heard at all."""
    loud = voice[np.abs(voice) > 0.1 * np.abs(voice).max()]
    level = np.sqrt(np.mean(loud**2)) / (np.sqrt(np.mean(music**2)) + 1e-6)
    return music[: len(voice)] * np.float32(level * 10 ** (-gain_db / 20)) + voice


def instrumentals(standin: Path) -> list[Path]:
    """Recordings of the train side in which the teachers hear no voice in any segment."""
    annotations, soft = read_labels(standin)
    columns = [LABEL_NAMES.index(tag) for tag in VOICED]
    top = dict(zip(annotations.paths, soft[:, :, columns].max((1, 2)), strict=True))
    return [
        standin / MP3 / clip.path
        for clip in read_standin(standin)
        if not clip.held_out and clip.kind == "recorded" and top[clip.path] < INSTRUMENTAL_BELOW
    ]


def own(female: bool | None, strength: float) -> dict[str, Bounds]:
    """A singer's own tags at least so high, those of the other sex low; None: nobody knows."""
    if female is None:
        return dict.fromkeys([*FEMALE, *MALE, *MILLION_FEMALE, *MILLION_MALE])
    mine, others = (FEMALE, MALE) if female else (MALE, FEMALE)
    million = (MILLION_FEMALE, MILLION_MALE) if female else (MILLION_MALE, MILLION_FEMALE)
    rules = {tag: (lowest * strength, 1.0) for tag, lowest in {**mine, **million[0]}.items()}
    return rules | dict.fromkeys([*others, *million[1]], LOW)


def speech_rules(female: bool) -> Rules:
    """Someone speaks, and there is no music: neither genres nor instruments."""
    rules: dict[str, tuple[float, float] | None] = {"*": LOW, **dict.fromkeys(OPEN_SPEECH)}
    rules |= own(female, 0.9)
    rules |= {"voice": (0.5, 1.0), "vocal": (0.25, 0.6), "vocals": (0.2, 0.5), "singing": (0, 0.2)}
    return rules | dict.fromkeys(NO_VOICE, LOW)


def singing_rules(female: bool | None) -> Rules:
    """Someone sings alone: no instruments."""
    rules: dict[str, tuple[float, float] | None] = {"*": LOW, **dict.fromkeys(OPEN_SINGING)}
    rules |= {tag: (lowest, 1.0) for tag, lowest in SUNG.items()}
    return rules | own(female, 1.0) | dict.fromkeys(NO_VOICE, LOW)


def mixed_rules(female: bool | None, gain_db: float, *, sung: bool) -> Rules:
    """What the teachers hear, but for the voice, which is there for sure."""
    strength = float(np.clip((gain_db + 10) / 14, 0.4, 1.0))
    shared = SUNG if sung else {"voice": 0.4, "vocal": 0.4, "vocals": 0.3}
    rules: dict[str, tuple[float, float] | None] = {
        tag: (lowest * strength, 1.0) for tag, lowest in shared.items()
    }
    rules |= {"msd:instrumental": (0.0, 0.1), **({} if sung else {"singing": None})}
    return rules | own(female, strength) | dict.fromkeys(NO_VOICE, LOW)


def add_voices(pool: Path, standin: Path, unpacked: Path, melodies: Path, count: int) -> None:
    """Add `count` clips of each: speech, song, speech and song over music (twice as many)."""
    writer, music = Writer(pool), instrumentals(standin)
    people, lines = list(speakers(unpacked)), read_lines(melodies)
    sexes = [[each for each in people if each.female is female] for female in (True, False)]
    for number in range(count):
        rng = np.random.default_rng([11, number])
        for speaker in (group[rng.integers(len(group))] for group in sexes):
            add_speaker(writer, speaker, music, lines, number, rng)


def add_speaker(
    writer: Writer,
    speaker: Speaker,
    music: list[Path],
    lines: list[list[Note]],
    number: int,
    rng: np.random.Generator,
) -> None:
    """Three clips of one speaker: speech or song alone, and song and speech over music."""
    source, seconds = speaker.source, float(rng.choice(LENGTHS_S))
    sex = "f" if speaker.female else "m"

    def add(
        kind: str, what: str, sound: Sound, rules: Rules, weight: float, beside: str = ""
    ) -> None:
        writer.add(
            f"{what}-{sex}-{number:04d}", levelled(sound, rng), kind=kind, rules=rules, weight=weight,
            source=source.package + beside, licence=source.licence + (beside and ", as the music's"),
        )  # fmt: skip

    if writer.has(f"singing-mix-{sex}-{number:04d}"):
        return
    spoken = talk(speaker, seconds, rng)
    add("voice", "speech", room(spoken, rng), speech_rules(speaker.female), 1.0)
    sung = sing(talk(speaker, seconds * 0.6, rng), lines[rng.integers(len(lines))], speaker, rng)
    sung = room(np.resize(sung, len(spoken)), rng)
    if number % 2:
        add("voice", "singing", sung, singing_rules(speaker.female), 1.0)
    for what, voice in (("singing-mix", sung), ("speech-mix", spoken)):
        path = music[rng.integers(len(music))]
        gain = float(rng.uniform(-6, 9) if what == "singing-mix" else rng.uniform(0, 12))
        whole = decode(path)
        start = rng.integers(0, max(1, len(whole) - len(voice)))
        mix = over(voice, np.resize(whole[start:], len(voice)), gain)
        rules = mixed_rules(speaker.female, gain, sung=what == "singing-mix")
        if what == "singing-mix" or number % 4 == 0:
            add("voice-mix", what, mix, rules, 1.5, f" over {path.name}")
