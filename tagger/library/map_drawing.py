"""What a screen draws of a map: its points in colours, and the names of its regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Max, QuerySet
from numpy.typing import NDArray

from tagger.models import LibraryMap, MapPoint, Tag, Track, TrackTag
from tagger.tags.vocabulary import meant_by

from .map import strongest

Counts = NDArray[np.float64]

# More than a screen has room for; a browser draws them in a few hundredths of a second.
MOST_POINTS = 120_000
# Colours that the colour-blind tell apart; what has none of their tags is grey.
MOST_TAGS = 7
NONE, STEPS = 255, 254
# Of a scale the ends are not one odd track each.
ENDS = (2, 98)  # percentiles
SCALES = {"bpm": "track__bpm", "year": "track__year"}

# Cells each way: a region is a few of them wide, and a screen has room for its name.
CELLS = 12
MOST_REGIONS = 14
# Closer than this (of the map's 2 by 2) names would cover each other.
APART = 0.3
# A region has at least so many tracks, with the cells around its own, since a few tracks may lie on
# both sides of a border between two; and in its own this share of all.
FEWEST, LEAST_SHARE = 3, 0.008
# What the cells around it count: in how clear a region is, and in how large.
HALF, WHOLE = 0.5, 1.0

_COUNTED = """
SELECT greatest(1, least(%(cells)s, width_bucket(point.x, -1, 1, %(cells)s))) - 1 AS across,
    greatest(1, least(%(cells)s, width_bucket(point.y, -1, 1, %(cells)s))) - 1 AS up,
    carried.tag_id, count(*), avg(point.x), avg(point.y)
FROM tagger_mappoint AS point JOIN tagger_track AS track ON track.id = point.track_id
CROSS JOIN LATERAL unnest(array_append(track.shown_tag_ids, NULL)) AS carried(tag_id)
WHERE point.map_id = %(map)s AND track.deleted_at IS NULL GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Picture:
    """Points by their tracks' ids, `places` int16 `(points, 2)` in 1/32767, `colours` uint8: a
    place in `tags`, or on the scale from `low` to `high` of 254 steps; 255 is none of it.
    """

    ids: list[UUID]
    places: NDArray[np.int16]
    colours: NDArray[np.uint8]
    total: int
    tags: list[Tag]
    low: float | None = None
    high: float | None = None


def picture(drawn: LibraryMap, among: QuerySet[Track], colour: str, tag: Tag | None) -> Picture:
    """Those of `among` that lie on the map, coloured by a group of tags, "bpm", "year" or `tag`.

    Three or four queries.
    """
    lie = MapPoint.objects.filter(map=drawn, track__in=among.order_by().values("pk"))
    columns = ("track_id", "x", "y", *([SCALES[colour]] if colour in SCALES and not tag else []))
    rows = list(lie.order_by("track_id").values_list(*columns)[:MOST_POINTS])
    ids = [row[0] for row in rows]
    places = np.array([row[1:3] for row in rows], np.float64).reshape(-1, 2)
    scaled = np.rint(np.clip(places, -1, 1) * 32767).astype(np.int16)
    total = len(rows) if len(rows) < MOST_POINTS else lie.count()
    if tag:
        return Picture(ids, scaled, _of_tag(ids, tag, drawn), total, [], 0.0, 1.0)
    if colour in SCALES:
        values = np.array([row[3] for row in rows], np.float64)
        low, high, steps = _scaled(values)
        return Picture(ids, scaled, steps, total, [], low, high)
    tags, places_of = _of_group(ids, strongest(drawn, colour, ids[-1]) if ids else {})
    return Picture(ids, scaled, places_of, total, tags)


def _of_tag(ids: Sequence[UUID], tag: Tag, drawn: LibraryMap) -> NDArray[np.uint8]:
    """By the best score of the tag's labels; a person's word counts as certain."""
    carried = TrackTag.objects.filter(
        track__library=drawn.library, tag__in=meant_by(tag)
    ).values_list("track")
    best = dict(carried.annotate(Max("score")).order_by().values_list("track", "score__max"))
    values = [1.0 if best.get(pk, 0) is None else best.get(pk) for pk in ids]
    return np.array([NONE if one is None else round(one * STEPS) for one in values], np.uint8)


def _scaled(values: Counts) -> tuple[float | None, float | None, NDArray[np.uint8]]:
    known = ~np.isnan(values)
    steps = np.full(len(values), NONE, np.uint8)
    if not known.any():
        return None, None, steps
    low, high = (float(end) for end in np.percentile(values[known], ENDS))
    share = (values[known] - low) / (high - low or 1.0)
    steps[known] = np.rint(np.clip(share, 0, 1) * STEPS)
    return low, high, steps


def _of_group(
    ids: Sequence[UUID], by_track: Mapping[UUID, int]
) -> tuple[list[Tag], NDArray[np.uint8]]:
    counted = Counter(by_track[track] for track in ids if track in by_track)
    frequent = [pk for pk, _ in counted.most_common(MOST_TAGS)]
    known, place = Tag.objects.in_bulk(frequent), {pk: at for at, pk in enumerate(frequent)}
    colours = np.array([place.get(by_track.get(track, 0), NONE) for track in ids], np.uint8)
    return [known[pk] for pk in frequent], colours


@dataclass(frozen=True)
class Region:
    """Where its tracks lie on average, −1…1, and the tag they share."""

    name: str
    x: float
    y: float


def map_regions(drawn: LibraryMap) -> list[Region]:
    """The clearest regions, none near another. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"cells": CELLS, "map": drawn.pk})
        rows = cursor.fetchall()
    names = {tag.pk: tag.label for tag in Tag.objects.exclude(group=Tag.Group.OTHER)}
    tags = sorted({row[2] for row in rows if row[2] in names})
    if not tags:
        return []
    totals, middles, by_tag = _arrays(rows, tags)
    best = list(_candidates(totals, by_tag))
    return _apart(best, middles, [names[tag] for tag in tags])


def _arrays(
    rows: list[tuple[int, int, int | None, int, float, float]], tags: list[int]
) -> tuple[Counts, Counts, Counts]:
    """Tracks `(cells, cells)`, their middles `(cells, cells, 2)`, tracks by tag `(tags, …)`."""
    place = {tag: at for at, tag in enumerate(tags)}
    totals, middles = np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS, 2))
    by_tag = np.zeros((len(tags), CELLS, CELLS))
    for across, up, tag, count, x, y in rows:
        if tag is None:
            totals[up, across], middles[up, across] = count, (x, y)
        elif tag in place:
            by_tag[place[tag], up, across] = count
    return totals, middles, by_tag


def _candidates(totals: Counts, by_tag: Counts) -> Iterator[tuple[float, int, int, int]]:
    """Clearness, tag and cell, clearest first.

    How clear is what one learns of a track from being there: the tag's term of the divergence
    (Kullback-Leibler) of the cell's tracks from all, by the square root of their number.
    """
    around = _with_neighbours(totals, HALF)
    share = _with_neighbours(by_tag, HALF) / np.maximum(around, 1)
    overall = by_tag.sum(axis=(1, 2), keepdims=True) / max(totals.sum(), 1)
    clear = share * np.log(np.maximum(share, 1e-9) / np.maximum(overall, 1e-9)) * np.sqrt(around)
    enough = (totals >= max(1, LEAST_SHARE * totals.sum())) & (
        _with_neighbours(totals, WHOLE) >= FEWEST
    )
    clear = np.where(enough & (share > overall), clear, 0)
    for flat in np.argsort(clear, axis=None)[::-1]:
        tag, up, across = np.unravel_index(flat, clear.shape)
        if clear[tag, up, across] <= 0:
            return
        yield float(clear[tag, up, across]), int(tag), int(up), int(across)


def _with_neighbours(counts: Counts, theirs: float) -> Counts:
    """Each cell with the eight around it, those at the weight `theirs`."""
    padded = np.pad(counts, [(0, 0)] * (counts.ndim - 2) + [(1, 1), (1, 1)])
    around = np.zeros_like(counts)
    for up, across in np.ndindex(3, 3):
        weight = 1.0 if up == across == 1 else theirs
        around += weight * padded[..., up : up + CELLS, across : across + CELLS]
    return around


def _apart(
    best: list[tuple[float, int, int, int]], middles: Counts, names: list[str]
) -> list[Region]:
    chosen: list[Region] = []
    for _clear, tag, up, across in best:
        x, y = middles[up, across].tolist()
        near = 2 * APART if any(region.name == names[tag] for region in chosen) else APART
        if all(
            np.hypot(x - region.x, y - region.y) > (near if region.name == names[tag] else APART)
            for region in chosen
        ):
            chosen.append(Region(names[tag], x, y))
        if len(chosen) == MOST_REGIONS:
            break
    return chosen
