"""The folders of a library as a tree, one level at a time, with how many tracks lie below each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, Func, QuerySet, TextField, Value

from tagger.library.search import places_in
from tagger.models import Folder, Library, Place, Track
from tagger.platform.collation import sort_key
from tagger.platform.storage.in_place import shown


@dataclass(frozen=True)
class Branch:
    """`folder` is what the library is narrowed by (`tagger.library.search.FolderFilter`)."""

    folder: str
    name: str
    tracks: int


def branches(of: Library, tracks: QuerySet[Track], within: str = "") -> list[Branch]:
    """The folders of the library, or those in `within` that hold some of these tracks."""
    found = _below(tracks, within) if within else _roots(of, tracks)
    return sorted(found, key=lambda branch: (sort_key(branch.name), branch.folder))


def name_of(folder: str) -> str:
    """What a folder is called, for people; empty where there is no such folder."""
    pk, _, below = folder.partition("/")
    if below:
        return shown(below.rstrip("/").rpartition("/")[2])
    known = Folder.objects.filter(pk=pk).first()
    return _last(known) if known else ""


def parent(folder: str) -> str:
    """Of which it is part; empty for a folder of the library itself."""
    return folder.rstrip("/").rpartition("/")[0]


def _roots(of: Library, tracks: QuerySet[Track]) -> list[Branch]:
    lying = _lying(Place.objects.filter(folder__library=of), tracks)
    counted = lying.values("folder").annotate(count=Count("track", distinct=True))
    counts = dict(counted.values_list("folder", "count"))
    folders = list(of.folders.all())
    alike = Counter(map(_last, folders))
    # Where two are called the same, the path tells them apart.
    names = [str(one) if alike[_last(one)] > 1 else _last(one) for one in folders]
    return [
        Branch(str(folder.pk), name, counts.get(folder.pk, 0))
        for folder, name in zip(folders, names, strict=True)
    ]


def _below(tracks: QuerySet[Track], within: str) -> list[Branch]:
    within = within.rstrip("/")
    below = within.partition("/")[2]
    start = len(below) + 2 if below else 1
    rest = Func(F("path"), Value(start), function="substr", output_field=TextField())
    step = Func(rest, Value("/"), Value(1), function="split_part", output_field=TextField())
    deeper = _lying(places_in(within), tracks).annotate(rest=rest).filter(rest__contains="/")
    counted = (
        deeper.annotate(step=step).values("step").annotate(count=Count("track", distinct=True))
    )
    return [
        Branch(f"{within}/{name}", shown(name), count)
        for name, count in counted.values_list("step", "count")
    ]


def _lying(places: QuerySet[Place], tracks: QuerySet[Track]) -> QuerySet[Place]:
    return places.order_by().filter(track__in=tracks.order_by().values("pk"))


def _last(folder: Folder) -> str:
    return shown(folder.path.rstrip("/").rpartition("/")[2]) or "/"
