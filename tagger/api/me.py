from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.accounts.tokens import make_token, revoke_token
from tagger.api.shapes.token import MeShape, NewTokenShape, TokenShape
from tagger.models import ApiToken

from .base import ApiView
from .documentation import BODY, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, sent


class Me(ApiView):
    @extend_schema(summary="Who I am", responses=problems({200: MeShape}))
    def get(self, request: Request) -> Response:
        return Response(MeShape(self.person).data)


class TokenList(ApiView):
    @extend_schema(
        summary="My tokens",
        description="Those that are not revoked; never their secrets.",
        responses=problems({200: TokenShape(many=True)}),
    )
    def get(self, request: Request) -> Response:
        tokens = self.person.api_tokens.filter(revoked_at=None)
        return Response(TokenShape(tokens, many=True).data)

    @extend_schema(
        summary="Make a token",
        description="The secret is in this answer and nowhere else.",
        request=TokenShape,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({201: NewTokenShape}, *BODY, *KEY_PROBLEMS),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        shape = TokenShape(data=request.data)
        shape.is_valid(raise_exception=True)
        wanted = {"scope": ApiToken.Scope.READ} | shape.validated_data
        token, secret = make_token(self.person, **wanted)
        return Response(TokenShape(token).data | {"secret": secret}, status=201)


class TokenDetail(ApiView):
    @extend_schema(summary="Revoke a token", responses=changes({204: None}, "not-found"))
    def delete(self, request: Request, token_id: UUID) -> Response:
        tokens = self.person.api_tokens.filter(revoked_at=None)
        revoke_token(get_object_or_404(tokens, pk=token_id))
        return Response(status=204)
