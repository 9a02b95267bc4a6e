from .cover import (
    Cover,
    embedded_cover,
    picture_cover,
)
from .formats import (
    FORMATS,
    SUFFIXES,
    AudioFormat,
    TagSystem,
    taggable,
)
from .loudness import measure_loudness
from .marks import (
    DIRECTION_MARKS,
)
from .probe import (
    Examination,
    Metadata,
    examine,
    read_metadata,
    read_metadata_as,
)
from .reading import (
    SEGMENT_SAMPLES,
    DecoderLost,
    blocks,
)
from .sandbox.seccomp import can_refuse_syscalls
from .types import (
    CODE_PAGES,
    SAMPLE_RATE,
    SILENT_LUFS,
    AudioError,
    AudioInfo,
    DecodeLimits,
    Loudness,
    Samples,
    too_long,
)
from .write_tags import (
    Field,
    Fields,
    TagsUnsupported,
    TrackMetadata,
    edit_fields,
    read_fields,
    write_metadata,
)

__all__ = [
    "CODE_PAGES",
    "DIRECTION_MARKS",
    "FORMATS",
    "SAMPLE_RATE",
    "SEGMENT_SAMPLES",
    "SILENT_LUFS",
    "SUFFIXES",
    "AudioError",
    "AudioFormat",
    "AudioInfo",
    "Cover",
    "DecodeLimits",
    "DecoderLost",
    "Examination",
    "Field",
    "Fields",
    "Loudness",
    "Metadata",
    "Samples",
    "TagSystem",
    "TagsUnsupported",
    "TrackMetadata",
    "blocks",
    "can_refuse_syscalls",
    "edit_fields",
    "embedded_cover",
    "examine",
    "measure_loudness",
    "picture_cover",
    "read_fields",
    "read_metadata",
    "read_metadata_as",
    "taggable",
    "too_long",
    "write_metadata",
]
