from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.accounts.tokens import TokenOutlives, make_token, revoke_token, tokens_of
from tagger.api.serializers.token import MeSerializer, NewTokenSerializer, TokenSerializer
from tagger.models import ApiToken
from tagger.uploads.quota import storage_of

from .base import ApiView
from .documentation import BODY, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, sent


class Me(ApiView):
    @extend_schema(summary="Who I am", responses=problems({200: MeSerializer}))
    def get(self, request: Request) -> Response:
        storage = storage_of(self.person)
        return Response(MeSerializer(self.person, context={"storage": storage}).data)


class TokenList(ApiView):
    @extend_schema(
        summary="My tokens",
        description="Those that are not revoked; never their secrets.",
        responses=problems({200: TokenSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        return Response(TokenSerializer(tokens_of(self.person), many=True).data)

    @extend_schema(
        summary="Make a token",
        description="The secret is in this answer and nowhere else.",
        request=TokenSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({201: NewTokenSerializer}, *BODY, *KEY_PROBLEMS),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = TokenSerializer(data=request.data, context={"person": self.person})
        serializer.is_valid(raise_exception=True)
        wanted = {"scope": ApiToken.Scope.READ} | serializer.validated_data
        made_with = request.auth if isinstance(request.auth, ApiToken) else None
        try:
            token, secret = make_token(self.person, **wanted, made_with=made_with)
        except TokenOutlives as error:
            detail = ErrorDetail(
                "A token made with this one expires with it at the latest.", "too-late"
            )
            raise ValidationError({"expires_at": [detail]}) from error
        return Response(TokenSerializer(token).data | {"secret": secret}, status=201)


class TokenDetail(ApiView):
    @extend_schema(summary="Revoke a token", responses=changes({204: None}, "not-found"))
    def delete(self, request: Request, token_id: UUID) -> Response:
        revoke_token(get_object_or_404(tokens_of(self.person), pk=token_id))
        return Response(status=204)
