from __future__ import annotations

from collections import defaultdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.tag import TagSerializer
from tagger.library.facets import facet_groups, library_counts
from tagger.models import Tag

from .base import ApiView
from .documentation import problems


class TagList(ApiView):
    of_library = True

    @extend_schema(
        summary="The vocabulary",
        description="Every tag that is shown, with how many of your tracks carry it, by group.",
        responses=problems({200: TagSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        groups = facet_groups(library_counts(self.library), keep_empty=True)
        synonyms = _synonyms()
        rows: list[dict[str, Any]] = [
            {
                "slug": facet.tag.slug,
                "name": facet.tag.name,
                "group": facet.tag.group,
                "count": facet.count,
                "synonyms": synonyms[facet.tag.pk],
            }
            for group in groups
            for facet in group.facets
        ]
        return Response(TagSerializer(rows, many=True).data)


def _synonyms() -> dict[int, list[str]]:
    """Slugs of the synonyms of each shown tag."""
    by_shown_tag: dict[int, list[str]] = defaultdict(list)
    for slug, shown_as in Tag.objects.exclude(shown_as=None).values_list("slug", "shown_as_id"):
        by_shown_tag[shown_as].append(slug)
    return by_shown_tag
