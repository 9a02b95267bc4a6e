"""What releases of Tonemark have brought, and what has become of it."""

from __future__ import annotations

from tagger.models import Activation, Job, ModelVersion


def shipped_candidate() -> ModelVersion | None:
    """The latest release's model, while it waits for somebody to compare it."""
    latest = ModelVersion.objects.filter(shipped=True).first()
    waits = latest is not None and latest.state == ModelVersion.State.CANDIDATE
    return latest if waits else None


def is_upgrade(last: Activation) -> bool:
    """Whether a release's model took the place of the one shipped before."""
    return last.trigger == Job.Trigger.RELEASE and bool(last.former_name)
