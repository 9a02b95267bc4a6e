"""The admin: reads everything, and acts through the domain rooms only."""

from . import jobs, model_versions, tags, tokens, tracks, trainings, users, verdicts

__all__ = ["jobs", "model_versions", "tags", "tokens", "tracks", "trainings", "users", "verdicts"]
