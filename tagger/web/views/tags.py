from __future__ import annotations

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from tagger.feedback.agreement import FEWEST, agreement_by_tag
from tagger.feedback.custom_tags import own_tag
from tagger.feedback.history import recent_tags
from tagger.library.facets import facet_groups, library_counts
from tagger.library.rows import rows
from tagger.library.search import LibraryFilter, library
from tagger.models import Tag
from tagger.tags.vocabulary import shown_tags
from tagger.web.access import PageRequest, signed_in
from tagger.web.library_query import LibraryQuery
from tagger.web.list_look import track_list
from tagger.web.numbered import Numbered
from tagger.web.transfers import poll_seconds

PAGE_SIZE = 50


@require_safe
@signed_in
def tags_page(request: PageRequest) -> HttpResponse:
    counted = library_counts(request.library)
    groups, any_tagged = facet_groups(counted, keep_empty=True), any(counted.by_tag.values())
    context = {
        "groups": groups,
        "any_tagged": any_tagged,
        "agreements": agreement_by_tag(request.library),
        "fewest": FEWEST,
    }
    return render(request, "tagger/tags/tags.html", context)


@require_safe
@signed_in
def tag_page(request: PageRequest, slug: str) -> HttpResponse:
    """The tracks with this tag, best first. A synonym leads to the tag it is shown as."""
    tag = get_object_or_404(Tag.objects.select_related("shown_as"), slug=slug)
    if tag.shown_as:
        return redirect("web:tag", slug=tag.shown_as.slug)
    narrowed = LibraryFilter({"tag": [slug], "ordering": "-score"}, library(request.library))
    carried = library_counts(request.library).by_tag.get(tag.pk, 0)
    page = Numbered(narrowed.qs, PAGE_SIZE, carried).get_page(request.GET.get("page"))
    listed = rows(page.object_list)
    context = {
        "tag": tag,
        "own": own_tag(tag) if tag.custom else None,
        "synonyms": list(tag.synonyms.order_by("name")),
        "page": page,
        "rows": listed,
        **track_list(request, LibraryQuery(QueryDict(f"tag={slug}&ordering=-score")), listed),
        "poll": poll_seconds(listed),
    }
    return render(request, "tagger/tags/tag.html", context)


@require_safe
@signed_in
def tag_choices(request: PageRequest) -> JsonResponse:
    """What a person can type: slug, name and group of each tag, and those given lately."""
    tags = sorted(
        ((tag.slug, tag.label, tag.get_group_display()) for tag in shown_tags()),
        key=lambda tag: tag[1].lower(),
    )
    body = {"tags": tags, "recent": recent_tags(request.user)}
    return JsonResponse(body)
