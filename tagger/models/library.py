from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Library(models.Model):
    """Tracks that some people share. Each account has one of its own, which others may join."""

    name = models.CharField(max_length=150)
    personal_of = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="personal_library",
        help_text=_("It goes with this account, and nobody can take them out of it."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name_plural = "libraries"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """That a person is in a library, and what they may do there."""

    class Role(models.TextChoices):
        LISTENER = "listener", _("listener")
        EDITOR = "editor", _("editor")
        KEEPER = "keeper", _("keeper")

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=8, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "library"], name="one_membership")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"

    def may(self, role: Role) -> bool:
        """Whether what needs this role is allowed: each may what those before it may."""
        ranks = list(self.Role)
        return ranks.index(self.Role(self.role)) >= ranks.index(role)

    @property
    def may_edit(self) -> bool:
        return self.may(self.Role.EDITOR)

    @property
    def may_keep(self) -> bool:
        return self.may(self.Role.KEEPER)


class Invitation(models.Model):
    """To a library, for one account, until it is accepted, declined or withdrawn."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(max_length=8, choices=Membership.Role.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "library"], name="one_invitation")
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.library}"
