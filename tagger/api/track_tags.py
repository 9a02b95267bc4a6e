from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.tag import TrackTagSerializer, VerdictSerializer
from tagger.feedback.verdicts import accept_shown, reject_shown, withdraw_shown
from tagger.libraries.members import Role
from tagger.models import Tag, Track, User, Verdict
from tagger.tags.track_tags import ShownTag, track_tags

from .access import own_track
from .base import ApiView
from .conditional import ETAG, IF_NONE_MATCH, tagged
from .documentation import BODY, changes, problems

ANSWERS = {Verdict.Answer.ACCEPTED: accept_shown, Verdict.Answer.REJECTED: reject_shown}


class TrackTagList(ApiView):
    @extend_schema(
        summary="The tags of a track",
        description="Your verdicts over the active model's scores; synonyms are merged.",
        parameters=[IF_NONE_MATCH, ETAG],
        responses=problems(
            {200: TrackTagSerializer(many=True), 304: None}, "not-found", "precondition-failed"
        ),
    )
    def get(self, request: Request, track_id: UUID) -> Response:
        tags = track_tags(own_track(self.person, track_id), self.person)
        return tagged(request, TrackTagSerializer(tags.certain, many=True).data)


class TrackTagVerdict(ApiView):
    @extend_schema(
        summary="Accept or reject a tag",
        description="Your word beats every model until you withdraw it.",
        request=VerdictSerializer,
        responses=changes({200: TrackTagSerializer}, *BODY, "not-found"),
    )
    def put(self, request: Request, track_id: UUID, slug: str) -> Response:
        track, tag = self._named(track_id, slug)
        serializer = VerdictSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        give = ANSWERS[serializer.validated_data["verdict"]]
        give(self.person, track, tag)
        return Response(TrackTagSerializer(_shown(track, tag, self.person)).data)

    @extend_schema(
        summary="Withdraw a verdict",
        description="Back to the model's opinion. Nothing to withdraw is fine.",
        responses=changes({204: None}, "not-found"),
    )
    def delete(self, request: Request, track_id: UUID, slug: str) -> Response:
        track, tag = self._named(track_id, slug)
        withdraw_shown(self.person, track, tag)
        return Response(status=204)

    def _named(self, track_id: UUID, slug: str) -> tuple[Track, Tag]:
        """A synonym stands for the tag it is shown as, here as on the page."""
        tag = get_object_or_404(Tag.objects.select_related("shown_as"), slug=slug)
        return own_track(self.person, track_id, Role.EDITOR), tag.shown


def _shown(track: Track, tag: Tag, person: User) -> ShownTag:
    return next(shown for shown in track_tags(track, person).tags if shown.tag == tag)
