from __future__ import annotations

from ..models import Analysis, ModelVersion, Track


def latest_analysis(track: Track) -> Analysis | None:
    """What the active model heard, without the segment scores and the embedding."""
    return (
        Analysis.objects.filter(track=track, model__state=ModelVersion.State.ACTIVE)
        .select_related("model")
        .defer("scores", "embedding")
        .first()
    )
