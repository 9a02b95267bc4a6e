"""Libraries, who is in them, and who is asked to come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.library import (
    InvitationAnswerSerializer,
    InvitationSerializer,
    LibrarySerializer,
    MemberSerializer,
)
from tagger.libraries import invitations, manage
from tagger.libraries.manage import LibraryRefused
from tagger.libraries.members import Role, membership_in, memberships_of, require
from tagger.models import Invitation, Membership

from .base import ApiView
from .documentation import BODY, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, sent
from .permissions import refuse_limited
from .problems import Problem


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except (Membership.DoesNotExist, Invitation.DoesNotExist):
        raise Http404 from None
    except LibraryRefused as error:
        if not error.field:
            raise Problem("library-refused", str(error)) from error
        fault = {"pointer": f"#/{error.field}", "code": "invalid", "detail": str(error)}
        raise Problem("invalid", str(error), errors=[fault]) from error


class LibraryView(ApiView):
    def named(self, library_id: int, role: Role = Role.LISTENER) -> Membership:
        """The person's own place in it. Raises RoleError."""
        membership = membership_in(self.person, library_id)
        if membership is None:
            raise Http404
        require(membership, role)
        return membership

    def member(self, library_id: int, account: str) -> Membership:
        members = Membership.objects.select_related("library", "person")
        return get_object_or_404(members, library=library_id, person__username=account)


class LibraryList(LibraryView):
    @extend_schema(
        summary="My libraries",
        description="The personal one first, then those others share with me or I with them.",
        responses=problems({200: LibrarySerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        return Response(LibrarySerializer(memberships_of(self.person), many=True).data)

    @extend_schema(
        summary="Make a library",
        description="You keep it: invite others, and give them roles.",
        request=LibrarySerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes(
            {201: LibrarySerializer}, *BODY, *KEY_PROBLEMS, "library-refused", "limited-token"
        ),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        refuse_limited(self.person)
        serializer = LibrarySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with refusals():
            made = manage.make_library(self.person, serializer.validated_data["library"]["name"])
        return Response(LibrarySerializer(self.named(made.pk)).data, status=201)


class LibraryDetail(LibraryView):
    @extend_schema(
        summary="Show a library", responses=problems({200: LibrarySerializer}, "not-found")
    )
    def get(self, request: Request, library_id: int) -> Response:
        return Response(LibrarySerializer(self.named(library_id)).data)

    @extend_schema(
        summary="Rename a library",
        description="For those who keep it.",
        request=LibrarySerializer(partial=True),
        responses=changes({200: LibrarySerializer}, *BODY, "not-found"),
    )
    def patch(self, request: Request, library_id: int) -> Response:
        membership = self.named(library_id, Role.KEEPER)
        serializer = LibrarySerializer(membership, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        with refusals():
            if "library" in serializer.validated_data:
                name = serializer.validated_data["library"]["name"]
                manage.rename_library(membership.library, name)
        return Response(LibrarySerializer(membership).data)

    @extend_schema(
        summary="Delete a library",
        description="For those who keep it, once it holds nothing, not even in the Trash.",
        responses=changes({204: None}, "not-found", "library-refused"),
    )
    def delete(self, request: Request, library_id: int) -> Response:
        membership = self.named(library_id, Role.KEEPER)
        with refusals():
            manage.delete_library(membership.library)
        return Response(status=204)


class MemberList(LibraryView):
    @extend_schema(
        summary="Who is in a library",
        responses=problems({200: MemberSerializer(many=True)}, "not-found"),
    )
    def get(self, request: Request, library_id: int) -> Response:
        members = self.named(library_id).library.memberships.select_related("person")
        return Response(MemberSerializer(members, many=True).data)


class MemberDetail(LibraryView):
    @extend_schema(
        summary="Change a member's role",
        description="For those who keep the library.",
        request=MemberSerializer,
        responses=changes({200: MemberSerializer}, *BODY, "not-found", "library-refused"),
    )
    def patch(self, request: Request, library_id: int, account: str) -> Response:
        self.named(library_id, Role.KEEPER)
        member = self.member(library_id, account)
        serializer = MemberSerializer(member, data=request.data)
        serializer.is_valid(raise_exception=True)
        with refusals():
            manage.change_role(member, Role(serializer.validated_data["role"]))
        return Response(MemberSerializer(member).data)

    @extend_schema(
        summary="Leave a library, or take a member out",
        description="Your own name: leave. Another's: for those who keep the library.",
        responses=changes({204: None}, "not-found", "library-refused"),
    )
    def delete(self, request: Request, library_id: int, account: str) -> Response:
        self.named(library_id, Role.LISTENER if account == self.person.username else Role.KEEPER)
        with refusals():
            manage.end_membership(self.member(library_id, account))
        return Response(status=204)


class LibraryInvitationList(LibraryView):
    @extend_schema(
        summary="Who is invited to a library",
        description="For those who keep it.",
        responses=problems({200: InvitationSerializer(many=True)}, "forbidden", "not-found"),
    )
    def get(self, request: Request, library_id: int) -> Response:
        library = self.named(library_id, Role.KEEPER).library
        asked = library.invitations.select_related("library", "person", "invited_by")
        return Response(InvitationSerializer(asked, many=True).data)

    @extend_schema(
        summary="Invite an account",
        description="For those who keep the library. One invited already gets the role.",
        request=InvitationSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes(
            {201: InvitationSerializer}, *BODY, *KEY_PROBLEMS, "not-found", "library-refused"
        ),
    )
    @idempotent(sent)
    def post(self, request: Request, library_id: int) -> Response:
        library = self.named(library_id, Role.KEEPER).library
        serializer = InvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wish = serializer.validated_data
        with refusals():
            made = invitations.invite(
                library, wish["person"]["username"], Role(wish["role"]), by=self.person
            )
        return Response(InvitationSerializer(made).data, status=201)


class LibraryInvitationDetail(LibraryView):
    @extend_schema(
        summary="Withdraw an invitation",
        description="For those who keep the library.",
        responses=changes({204: None}, "not-found"),
    )
    def delete(self, request: Request, library_id: int, invitation_id: int) -> Response:
        library = self.named(library_id, Role.KEEPER).library
        invitations.withdraw(get_object_or_404(library.invitations, pk=invitation_id))
        return Response(status=204)


class InvitationList(ApiView):
    @extend_schema(
        summary="Libraries I am invited to",
        responses=problems({200: InvitationSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        mine = invitations.invitations_of(self.person).select_related("person")
        return Response(InvitationSerializer(mine, many=True).data)


class InvitationDetail(LibraryView):
    @extend_schema(
        summary="Accept or decline an invitation",
        description="200 with the library that you are in now; 204 where you declined.",
        request=InvitationAnswerSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes(
            {200: LibrarySerializer, 204: None},
            *BODY,
            *KEY_PROBLEMS,
            "not-found",
            "library-refused",
        ),
    )
    @idempotent(sent)
    def post(self, request: Request, invitation_id: int) -> Response:
        mine = invitations.invitations_of(self.person)
        invitation = get_object_or_404(mine, pk=invitation_id)
        serializer = InvitationAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if serializer.validated_data["answer"] == "decline":
            invitations.withdraw(invitation)
            return Response(status=204)
        with refusals():
            membership = invitations.accept(invitation)
        return Response(LibrarySerializer(membership).data)
