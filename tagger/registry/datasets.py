"""The data sets that trainings may use: folders in MagnaTagATune's layout, named by an operator."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from ml.data import ANNOTATIONS, SOFT_LABELS

if TYPE_CHECKING:
    from ml.data import Split


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def present(self) -> bool:
        return (self.path / ANNOTATIONS).is_file()

    @property
    def soft(self) -> bool:
        """Whether it has scores a segment besides its annotations."""
        return (self.path / SOFT_LABELS).is_file()

    def fingerprint(self) -> str:
        """The same for the same annotations, hence for the same test split."""
        with (self.path / ANNOTATIONS).open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    def prepared(self) -> Path:
        """Where it lies decoded. Other annotations are another data set."""
        return Path(settings.DATA_DIR) / "training-data" / f"{self.name}-{self.fingerprint()[:12]}"


class DataMissing(Exception):
    """A data set is not known here, or its files are not there; str() says which."""


def data_folders() -> list[DataFolder]:
    return [DataFolder(path) for path in settings.TRAINING_DATA]


def evaluation_folder() -> DataFolder | None:
    """The one whose test split evaluates where nobody names another: the first that is there."""
    return next((folder for folder in data_folders() if folder.present), None)


def data_folder(name: str) -> DataFolder | None:
    return next((folder for folder in data_folders() if folder.name == name), None)


def present_folder(name: str) -> DataFolder:
    """Raises DataMissing."""
    folder = data_folder(name)
    if folder is None:
        raise DataMissing(
            _("There is no data set %(name)s. TONEMARK_TRAINING_DATA lists those there are.")
            % {"name": name}
        )
    if not folder.present:
        raise DataMissing(
            _("The data set %(name)s is missing: %(path)s has no annotations_final.csv.")
            % {"name": name, "path": folder.path}
        )
    return folder


def test_split(folder: DataFolder | None, labels: list[str]) -> Split | None:
    """The fixed test split of a prepared folder with its tags among `labels`; None without any."""
    from ml.data import concat_splits, open_split
    from ml.evaluation import rankable

    if folder is None:
        return None
    whole = open_split(folder.prepared(), "test")
    test = concat_splits([whole], [tag for tag in whole.tags if tag in labels])
    return test if len(test) and len(rankable(test.hard)) else None
