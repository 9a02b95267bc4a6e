from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.own_tag import NewTagSerializer, OwnTagSerializer
from tagger.feedback.custom_tags import own_tag, own_tags
from tagger.models import Tag
from tagger.tags.vocabulary_actions import TagRefused, add_tag, remove_tag

from .documentation import BODY, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, sent
from .problems import Problem
from .staff import StaffView


class Vocabulary(StaffView):
    @extend_schema(
        summary="The tags staff have added",
        description="For staff. With how far each is from being learnt by a training.",
        responses=problems({200: OwnTagSerializer(many=True)}, "forbidden"),
    )
    def get(self, request: Request) -> Response:
        return Response(OwnTagSerializer(own_tags(), many=True).data)

    @extend_schema(
        summary="Add a tag",
        description="For staff. People can give it at once; a training learns it later.",
        request=NewTagSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({201: OwnTagSerializer}, *BODY, *KEY_PROBLEMS, "tag-refused"),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = NewTagSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            tag = add_tag(
                serializer.validated_data["name"], Tag.Group(serializer.validated_data["group"])
            )
        except TagRefused as refusal:
            raise Problem("tag-refused", str(refusal)) from refusal
        return Response(OwnTagSerializer(own_tag(tag)).data, status=201)


class OwnTagDetail(StaffView):
    @extend_schema(
        summary="Remove a tag that staff have added",
        description="For staff. Only while no track carries it and no model has learnt it.",
        responses=changes({204: None}, "not-found", "tag-refused"),
    )
    def delete(self, request: Request, slug: str) -> Response:
        try:
            remove_tag(get_object_or_404(Tag, slug=slug))
        except TagRefused as refusal:
            raise Problem("tag-refused", str(refusal)) from refusal
        return Response(status=204)
