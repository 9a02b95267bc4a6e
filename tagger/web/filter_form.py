"""What the form that narrows a list of tracks shows, wherever it stands."""

from __future__ import annotations

from typing import Any

from tagger.models import Library, Rating, Track
from tagger.models.music_key import MusicKey

from .conditions import conditions
from .library_query import LibraryQuery

FIELDS = (
    *("strength", "tag_min", "tag_mode", "source", "bpm_min", "bpm_max", "key", "key_mode"),
    *("rating_min", "uploaded_after", "uploaded_before", "state", "disputed", "missing"),
)
MORE = (
    "tag_min",
    "source",
    "bpm_min",
    "bpm_max",
    "key",
    "rating_min",
    "uploaded_after",
    "uploaded_before",
    "state",
    "disputed",
    "missing",
)


def filter_form(query: LibraryQuery, library: Library) -> dict[str, Any]:
    """Context of _facets.html and _chosen.html in tagger/library, but for the counts by tag."""
    return {
        **{name: query.value(name) for name in FIELDS},
        "filter_page": query.page,
        "clear_url": query.cleared.url,
        "narrows": query.narrows,
        "least": float(query.value("tag_min") or 0),
        "tags_chosen": len(query.values("tag")),
        "more_conditions": any(query.value(name) for name in MORE),
        "chosen": conditions(query),
        "states": Track.State.choices,
        "keys": MusicKey.choices,
        "stars": [(str(count), "★" * count) for count in range(Rating.MOST, 0, -1)],
        "has_folders": library.folders.exists(),
        "folder": query.value("folder"),
        "facet_hidden": query.hidden(*FIELDS),
        "facet_query": query.unpaged().urlencode(),
    }
