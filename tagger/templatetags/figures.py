"""Figures of merit as tables print them, and what is said of tags that are being switched."""

from __future__ import annotations

from typing import Any

from django import template

from tagger.registry.rows import switch_under_way

register = template.Library()


@register.filter
def figure(value: float) -> str:
    """0.9597 → '.960', as figures of merit are printed in tables."""
    return f"{value:.3f}".replace("0.", ".", 1)


@register.filter
def signed(value: float) -> str:
    """0.0123 → '+.012', with a true minus."""
    return f"{value:+.3f}".replace("0.", ".", 1).replace("-", "−")


@register.inclusion_tag("tagger/models/_switching.html")
def switching() -> dict[str, Any]:
    """For pages that show the library's tags in lists: those may be late."""
    return {"switch": switch_under_way()}
