"""A library as its members may narrow it. Page and API read these same querysets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters as filters
from django.core.validators import RegexValidator
from django.db.models import (
    BooleanField,
    Case,
    F,
    FilteredRelation,
    FloatField,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from tagger.libraries.members import libraries_of
from tagger.models import Library, MapPoint, ModelVersion, Place, Rating, Tag, Track, TrackTag, User
from tagger.models.folder import LONGEST_START, PATH_START
from tagger.models.music_key import CAMELOT_ORDER, FIFTHS, RELATIVES, MusicKey
from tagger.platform.collation import folded
from tagger.platform.timestamp_filter import TimestampFilter
from tagger.tags.confidence import LEAST
from tagger.tags.settled import disputed_tracks
from tagger.tags.vocabulary import meant_by


def compatible(key: str) -> set[str]:
    """The key itself, its relative, and its neighbours a fifth up and down."""
    own, other = (FIFTHS, RELATIVES) if key in FIFTHS else (RELATIVES, FIFTHS)
    at = own.index(MusicKey(key).value)
    return {key, other[at], own[at - 1], own[(at + 1) % len(own)]}


# Whose album it is: the album artist, or the track's own where the file names none.
ALBUM_BY = Coalesce(NullIf("album_artist", Value("")), "artist")
# Several artists in one text are parted by it (`ml.audio`).
BETWEEN_ARTISTS = "; "

ORDERINGS = {
    "-created": ("-created_at", "-id"),
    "created": ("created_at", "id"),
    "title": ("title_key", "id"),
    "-title": ("-title_key", "-id"),
    "artist": ("artist_key", "title_key", "id"),
    "-artist": ("-artist_key", "-title_key", "-id"),
    "duration": ("duration", "id"),
    "-duration": (F("duration").desc(nulls_last=True), "-id"),
    "bpm": ("bpm", "id"),
    "-bpm": (F("bpm").desc(nulls_last=True), "-id"),
    "album": ("album_key", "album_by_key", "disc_number", "track_number", "title_key", "id"),
    "year": ("year", "album_key", "disc_number", "track_number", "id"),
    "-year": (F("year").desc(nulls_last=True), *("album_key", "disc_number", "track_number", "id")),
    "-album": ("-album_key", "album_by_key", "disc_number", "track_number", "title_key", "id"),
    "key": (F("key_place").asc(nulls_last=True), "id"),
    "-key": (F("key_place").desc(nulls_last=True), "-id"),
    "rating": ("rating", "id"),
    "-rating": (F("rating").desc(nulls_last=True), "-id"),
    "tags": ("tag_count", "id"),
    "-tags": ("-tag_count", "-id"),
    "-score": (F("best_score").desc(nulls_last=True), "-created_at", "-id"),
}

# What is made only where it is asked for. Keys go round as disc jockeys number them.
_PLACES = [When(key=key, then=place) for place, key in enumerate(CAMELOT_ORDER)]
COMPUTED: dict[str, dict[str, Any]] = {
    "key": {"key_place": Case(*_PLACES, output_field=SmallIntegerField(null=True))},
    "tags": {
        "tag_count": Func("shown_tag_ids", function="cardinality", output_field=IntegerField())
    },
}


def library(of: Library) -> QuerySet[Track]:
    """All its tracks, without the columns no list shows."""
    return _light(Track.objects.filter(library=of, deleted_at=None))


def trash(of: Library) -> QuerySet[Track]:
    """What has been deleted there and can still be had back."""
    return _light(Track.objects.filter(library=of, deleted_at__isnull=False))


def tracks_of(person: User) -> QuerySet[Track]:
    """In whichever of this person's libraries."""
    return _light(in_libraries_of(person).filter(deleted_at=None))


def trash_of(person: User) -> QuerySet[Track]:
    return _light(in_libraries_of(person).filter(deleted_at__isnull=False))


def in_libraries_of(person: User) -> QuerySet[Track]:
    return Track.objects.filter(library__in=libraries_of(person))


def _light(tracks: QuerySet[Track]) -> QuerySet[Track]:
    return tracks.defer("peaks", "search_text", "album_text", "shown_tag_ids")


def tracks_by_file(of: Library, digests: Sequence[str]) -> dict[str, UUID]:
    """Which of these files (SHA-256, lower case) the library holds, and as which track.

    Not those in the Trash: sending such a file again brings its track back.
    """
    held = library(of).filter(file_sha256__in=digests)
    return dict(held.values_list("file_sha256", "id"))


@extend_schema_field(OpenApiTypes.STR)
class SlugsFilter(filters.ModelMultipleChoiceFilter):
    """Tags by their slugs, as the API's description says too."""


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 1})
class ScoreFilter(filters.NumberFilter):
    """A score, as the API's description says too."""


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 1000})
class TempoFilter(filters.NumberFilter):
    """Beats per minute, as the API's description says too."""


@extend_schema_field({"type": "integer", "minimum": 1000, "maximum": 2999})
class YearFilter(filters.NumberFilter):
    """A year, as the API's description says too."""


@extend_schema_field({"type": "boolean"})
class OnlyFilter(filters.ChoiceFilter):
    """Only tracks of which something holds: `true`, or left out."""

    def __init__(self, label: Any, **values: Any) -> None:
        super().__init__(choices=[("true", label)], **values)


class FolderFilter(filters.CharFilter):
    """Tracks that lie in a folder or below it, as the tree of folders names it."""

    NAME = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/[^\0]*)?$")

    def __init__(self, **values: Any) -> None:
        super().__init__(max_length=4000, validators=[RegexValidator(self.NAME)], **values)

    def filter(self, qs: QuerySet[Track], value: str | None) -> QuerySet[Track]:
        return qs.filter(pk__in=places_in(value).values("track")) if value else qs


def places_in(folder: str) -> QuerySet[Place]:
    """Files in a folder or below it; `folder` is its id, `/` and what lies below it, encoded."""
    pk, _slash, below = folder.partition("/")
    places = Place.objects.filter(folder_id=pk)
    if not below:
        return places
    start = f"{below.rstrip('/')}/"
    # By the index; what is longer than that holds is compared then.
    near = places.alias(start=PATH_START).filter(start__startswith=start[:LONGEST_START])
    return near.filter(path__startswith=start) if len(start) > LONGEST_START else near


@extend_schema_field({"type": "number", "minimum": 1, "maximum": Rating.MOST})
class RatingFilter(filters.NumberFilter):
    """Stars, as the API's description says too."""


class AreaFilter(filters.CharFilter):
    """A part of the map: the corners around it, x and y in turns, in thousandths of −1…1."""

    CORNERS = re.compile(r"-?\d{1,4},-?\d{1,4}(,-?\d{1,4},-?\d{1,4}){2,99}")

    def filter(self, qs: QuerySet[Track], value: str | None) -> QuerySet[Track]:
        if not value:
            return qs
        numbers = [int(part) / 1000 for part in value.split(",")]
        corners = ",".join(f"({x},{y})" for x, y in zip(numbers[::2], numbers[1::2], strict=False))
        current = MapPoint.objects.filter(map__model__state=ModelVersion.State.ACTIVE)
        point = Func("x", "y", function="point", output_field=TextField())
        inside = Func(
            *(Value(corners, output_field=TextField()), point),
            template="(%(expressions)s)",
            arg_joiner="::polygon @> ",
            output_field=BooleanField(),
        )
        return qs.filter(pk__in=current.filter(inside).values("track"))


class IdsFilter(filters.BaseInFilter, filters.UUIDFilter):
    """Tracks by their ids, comma-separated."""

    def filter(self, qs: QuerySet[Track], value: list[UUID | None] | None) -> QuerySet[Track]:
        """Nothing between two commas is no id."""
        given = [one for one in value or [] if one is not None]
        return super().filter(qs, given) if value else qs


class LibraryFilter(filters.FilterSet):
    """Each field may be left out. `tag` and `exclude_tag` may be given more than once."""

    id = IdsFilter(field_name="pk", lookup_expr="in")
    tag = SlugsFilter(queryset=Tag.objects.all(), to_field_name="slug", method="with_tags")
    tag_mode = filters.ChoiceFilter(
        choices=[("all", _("all of them")), ("any", _("any of them"))], method="ignore"
    )
    exclude_tag = SlugsFilter(
        queryset=Tag.objects.all(), to_field_name="slug", method="without_tags"
    )
    tag_min = ScoreFilter(min_value=0, max_value=1, method="ignore")
    strength = filters.ChoiceFilter(
        choices=[("likely", _("likely or sure")), ("sure", _("sure"))], method="ignore"
    )
    source = filters.ChoiceFilter(choices=TrackTag.Source.choices, method="ignore")
    state = filters.ChoiceFilter(choices=Track.State.choices)
    disputed = OnlyFilter(_("disputed"), method="in_dispute")
    missing = OnlyFilter(_("missing"), method="not_there")
    folder = FolderFilter()
    bpm_min = TempoFilter(field_name="bpm", lookup_expr="gte", min_value=0, max_value=1000)
    bpm_max = TempoFilter(field_name="bpm", lookup_expr="lte", min_value=0, max_value=1000)
    key = filters.MultipleChoiceFilter(choices=MusicKey.choices, method="in_keys")
    key_mode = filters.ChoiceFilter(
        choices=[("exact", _("exactly")), ("compatible", _("and what goes with it"))],
        method="ignore",
    )
    album = filters.CharFilter(field_name="album", lookup_expr="exact", max_length=255)
    album_artist = filters.CharFilter(method="of_albums_by", max_length=255)
    artist = filters.CharFilter(method="by_artist", max_length=255)
    year_min = YearFilter(field_name="year", lookup_expr="gte", min_value=1000, max_value=2999)
    year_max = YearFilter(field_name="year", lookup_expr="lte", min_value=1000, max_value=2999)
    rating_min = RatingFilter(
        field_name="rating", lookup_expr="gte", min_value=1, max_value=Rating.MOST
    )
    area = AreaFilter(
        max_length=1200, validators=[RegexValidator(re.compile(rf"^{AreaFilter.CORNERS.pattern}$"))]
    )
    q = filters.CharFilter(method="search", max_length=200)
    uploaded_after = TimestampFilter(field_name="created_at", lookup_expr="gte")
    uploaded_before = TimestampFilter(field_name="created_at", lookup_expr="lt")
    ordering = filters.ChoiceFilter(choices=[(name, name) for name in ORDERINGS], method="ignore")

    class Meta:
        model = Track
        fields: ClassVar[list[str]] = []

    def filter_queryset(self, queryset: QuerySet[Track]) -> QuerySet[Track]:
        filtered: QuerySet[Track] = super().filter_queryset(queryset)
        if not self._value("tag") and self._narrows_tags():
            filtered = filtered.filter(pk__in=self._tagged().values("track"))
        name = self._ordering(filtered)
        if computed := COMPUTED.get(name.removeprefix("-")):
            filtered = filtered.annotate(**computed)
        return filtered.order_by(*ORDERINGS[name])

    def with_tags(self, tracks: QuerySet[Track], name: str, tags: list[Tag]) -> QuerySet[Track]:
        if not tags:
            return tracks
        if self._value("tag_mode") == "any":
            carrying = tracks.filter(self._carried(tags))
        else:
            carrying = tracks.filter(*(self._carried([tag]) for tag in tags))
        by_score = self._value("ordering") == "-score"
        return _with_best_score(carrying, tags) if by_score else carrying

    def without_tags(self, tracks: QuerySet[Track], name: str, tags: list[Tag]) -> QuerySet[Track]:
        return tracks.exclude(_among(tags)) if tags else tracks

    def in_keys(self, tracks: QuerySet[Track], name: str, keys: list[str]) -> QuerySet[Track]:
        if not keys:
            return tracks
        near = self._value("key_mode") == "compatible"
        wanted = set().union(*(compatible(key) if near else {key} for key in keys))
        return tracks.filter(key__in=wanted)

    def of_albums_by(self, tracks: QuerySet[Track], name: str, artist: str) -> QuerySet[Track]:
        """Tracks of albums that are called this artist's."""
        return tracks.filter(_album_by(artist)) if artist else tracks

    def by_artist(self, tracks: QuerySet[Track], name: str, artist: str) -> QuerySet[Track]:
        """Tracks that name this artist, alone or among others, and those of the artist's albums."""
        return tracks.filter(by_artist(artist)) if artist else tracks

    def search(self, tracks: QuerySet[Track], name: str, text: str) -> QuerySet[Track]:
        """Every word must occur somewhere in title, artist, album or file name."""
        wanted = Q()
        for word in folded(text).split():
            wanted &= Q(search_text__contains=word)
        return tracks.filter(wanted)

    def in_dispute(self, tracks: QuerySet[Track], name: str, value: str) -> QuerySet[Track]:
        return tracks.filter(disputed_tracks()) if value else tracks

    def not_there(self, tracks: QuerySet[Track], name: str, value: str) -> QuerySet[Track]:
        return tracks.filter(missing_since__isnull=False) if value else tracks

    def ignore(self, tracks: QuerySet[Track], name: str, value: Any) -> QuerySet[Track]:
        """Read by the other filters through `_value`."""
        return tracks

    def _value(self, name: str) -> Any:
        return self.form.cleaned_data.get(name)

    def _narrows_tags(self) -> bool:
        asked = self._value("source") or self._value("strength")
        return self._value("tag_min") is not None or bool(asked)

    def _carried(self, tags: list[Tag]) -> Q:
        """At least one of them, as sure and by whom it is asked for."""
        if not self._narrows_tags():
            return _among(tags)
        wanted = set().union(*(meant_by(tag) for tag in tags))
        return Q(pk__in=self._tagged().filter(tag__in=wanted).values("track"))

    def _tagged(self) -> QuerySet[TrackTag]:
        """Tag rows that are as sure and from whom it is asked for. A person is sure."""
        rows = TrackTag.objects.all()
        if self._value("tag_min") is not None:
            rows = rows.filter(score__gte=self._value("tag_min"))
        if self._value("strength"):
            least = Q(confidence__gte=LEAST[self._value("strength")])
            rows = rows.filter(least | Q(source=TrackTag.Source.PERSON))
        if self._value("source"):
            rows = rows.filter(source=self._value("source"))
        return rows

    def _ordering(self, filtered: QuerySet[Track]) -> str:
        name = self._value("ordering") or "-created"
        if name == "-score" and "best_score" not in filtered.query.annotations:
            return "-created"
        return str(name)


def by_artist(name: str) -> Q:
    sep = BETWEEN_ARTISTS
    among = Q(artist__startswith=f"{name}{sep}") | Q(artist__endswith=f"{sep}{name}")
    return Q(artist=name) | Q(album_artist=name) | among | Q(artist__contains=f"{sep}{name}{sep}")


def _album_by(name: str) -> Q:
    return Q(album_artist=name) | Q(album_artist="", artist=name)


def _among(tags: list[Tag]) -> Q:
    """Tracks that carry one of the tags: by their own list, but for a synonym asked for by name."""
    shown = [tag.pk for tag in tags if tag.shown_as_id is None]
    synonyms = [tag for tag in tags if tag.shown_as_id is not None]
    condition = Q(shown_tag_ids__overlap=shown) if shown else Q()
    rows = TrackTag.objects.filter(tag__in=synonyms)
    return condition | Q(pk__in=rows.values("track")) if synonyms else condition


def _with_best_score(tracks: QuerySet[Track], tags: list[Tag]) -> QuerySet[Track]:
    """`best_score` is the highest of the tags asked for, so that 'best first' can be offered."""
    wanted = set().union(*(meant_by(tag) for tag in tags))
    if len(wanted) == 1:
        # An index has a single tag's rows in this order: a large library is not sorted.
        asked = FilteredRelation("track_tags", condition=Q(track_tags__tag__in=wanted))
        carrying = tracks.annotate(asked=asked).filter(asked__isnull=False)
        return carrying.annotate(best_score=F("asked__score"))
    rows = TrackTag.objects.filter(track=OuterRef("pk"), tag__in=wanted).order_by().values("track")
    best = rows.annotate(best=Max("score")).values("best")
    return tracks.annotate(best_score=Subquery(best, output_field=FloatField()))
