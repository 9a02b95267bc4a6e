from .concat import (
    concat_splits,
    subsample,
)
from .holdout import in_holdout
from .labelled_clips import (
    LabelledClip,
    prepare_labelled_clips,
    some_of_data_set,
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
    "LabelledClip",
    "Split",
    "concat_splits",
    "in_holdout",
    "open_split",
    "prepare",
    "prepare_labelled_clips",
    "read_annotations",
    "some_of_data_set",
    "subsample",
]
