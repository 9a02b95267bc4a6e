from .analysis import Analysis
from .job import Job
from .model_version import ModelVersion
from .tag import Tag
from .token import ApiToken
from .track import Track
from .track_tag import TrackTag
from .user import User
from .verdict import Verdict

__all__ = [
    "Analysis",
    "ApiToken",
    "Job",
    "ModelVersion",
    "Tag",
    "Track",
    "TrackTag",
    "User",
    "Verdict",
]
