"""Saved views of a library's keepers as playlists in its folder, kept current.

They lie in `Tonemark/` below the folder and name files relative to themselves, so that every
program that reads the folder, wherever it is mounted, finds them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.http import QueryDict

from tagger.exports.playlist import entry
from tagger.library.search import LibraryFilter, library
from tagger.models import Folder, Membership, Place, SavedView
from tagger.platform.humanize import readable
from tagger.platform.storage.in_place import decoded, parent_of

WITHIN = "Tonemark"
# The second line of those that are ours: no other file is ever written over or deleted.
MARK = "#TONEMARK"
# Bytes of a name that every file system takes, with room for a number and the suffix.
_LONGEST = 200


def wanted_playlists(folder: Folder) -> dict[str, str]:
    """Names and contents. What somebody keeps of another library stays there."""
    role = Membership.Role.KEEPER
    keepers = folder.library.memberships.filter(role=role).values("person")
    contents: dict[str, str] = {}
    views = SavedView.objects.filter(library=folder.library, owner__in=keepers)
    for view in views.order_by("created_at", "pk"):
        name = _free_name(view.name, contents)
        contents[name] = "".join(_lines(folder, view))
    return contents


def outdated(folder: Folder) -> bool:
    """False as well where the folder is not there."""
    try:
        return _there(folder) != wanted_playlists(folder)
    except OSError:
        return False


def write_playlists(folder: Folder) -> int:
    """How many were written or removed. Raises OSError."""
    wanted, changed = wanted_playlists(folder), 0
    with _opened(folder) as place:
        there = _ours(place)
        for name, content in wanted.items():
            if there.get(name) != content and (name in there or not _exists(place, name)):
                _write(place, name, content)
                changed += 1
        for name in there.keys() - wanted.keys():
            os.unlink(name, dir_fd=place)
            changed += 1
    return changed


def _there(folder: Folder) -> dict[str, str]:
    with _opened(folder) as place:
        return _ours(place)


def _lines(folder: Folder, view: SavedView) -> Iterator[str]:
    yield f"#EXTM3U\n{MARK} {view.pk}\n#PLAYLIST:{readable(view.name)}\n"
    narrowed = LibraryFilter(QueryDict(view.query), queryset=library(folder.library))
    if not narrowed.is_valid():
        return
    paths = dict(
        folder.places.filter(state=Place.State.PRESENT)
        .exclude(track=None)
        .order_by("-pk")
        .values_list("track", "path")
    )
    for track in narrowed.qs.iterator(chunk_size=500):
        path = decoded(paths[track.pk]) if track.pk in paths else ""
        # What lies elsewhere, or is called by what no text can say, is not in reach from here.
        with suppress(UnicodeEncodeError):
            if path and path.splitlines() == [path] and path.encode():
                yield entry(track, f"../{path}")


def _free_name(view_name: str, taken: dict[str, str]) -> str:
    signs = ("_" if char in '/\\:*?"<>|' else char for char in readable(view_name))
    stem = "".join(signs).strip(". ").encode()[:_LONGEST].decode(errors="ignore") or "view"
    name, number = f"{stem}.m3u8", 2
    while name in taken:
        name, number = f"{stem} {number}.m3u8", number + 1
    return name


@contextmanager
def _opened(folder: Folder) -> Iterator[int]:
    """The open folder of playlists, made if it is not there."""
    with parent_of(os.path.join(decoded(folder.path), WITHIN)) as (root, name):
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=root)
        place = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
        try:
            yield place
        finally:
            os.close(place)


def _ours(place: int) -> dict[str, str]:
    found = {}
    for name in os.listdir(place):
        if name.endswith(".m3u8"):
            number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
            with os.fdopen(number, encoding="utf-8", errors="replace", newline="") as file:
                content = file.read()
            if content.split("\n", 2)[1:2] and content.split("\n", 2)[1].startswith(MARK):
                found[name] = content
    return found


def _exists(place: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=place, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _write(place: int, name: str, content: str) -> None:
    temporary = ".tonemark-playlist.part"
    with suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=place)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    number = os.open(temporary, flags, 0o644, dir_fd=place)
    with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, name, src_dir_fd=place, dst_dir_fd=place)
