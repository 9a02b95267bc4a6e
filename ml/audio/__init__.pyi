from .probe import (
    Examination,
    examine,
)
from .reading import (
    SEGMENT_SAMPLES,
    DecoderLost,
    blocks,
)
from .sandbox.seccomp import can_refuse_syscalls
from .types import (
    SAMPLE_RATE,
    SUFFIXES,
    AudioError,
    AudioInfo,
    DecodeLimits,
    Samples,
    too_long,
)
from .write_tags import (
    NoPlaceForTags,
    Words,
    write_words,
)

__all__ = [
    "SAMPLE_RATE",
    "SEGMENT_SAMPLES",
    "SUFFIXES",
    "AudioError",
    "AudioInfo",
    "DecodeLimits",
    "DecoderLost",
    "Examination",
    "NoPlaceForTags",
    "Samples",
    "Words",
    "blocks",
    "can_refuse_syscalls",
    "examine",
    "too_long",
    "write_words",
]
