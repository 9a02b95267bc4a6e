"""The admin: reads everything, and acts through `tagger.actions` only."""

from . import jobs, model_versions, tags, tokens, tracks, trainings, users, verdicts

__all__ = ["jobs", "model_versions", "tags", "tokens", "tracks", "trainings", "users", "verdicts"]
