from .concat import (
    join,
    thinned,
)
from .holdout import held_out
from .labelled_clips import (
    JudgedClip,
    prepare_judged,
)
from .magnatagatune.annotations import (
    ANNOTATIONS,
    SOFT_LABELS,
    DatasetError,
    read_annotations,
)
from .magnatagatune.prepare import prepare
from .magnatagatune.split import (
    Split,
    open_split,
)

__all__ = [
    "ANNOTATIONS",
    "SOFT_LABELS",
    "DatasetError",
    "JudgedClip",
    "Split",
    "held_out",
    "join",
    "open_split",
    "prepare",
    "prepare_judged",
    "read_annotations",
    "thinned",
]
