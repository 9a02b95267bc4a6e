from .activation import Activation
from .analysis import Analysis
from .job import Job
from .kept_answer import KeptAnswer
from .model_version import ModelVersion
from .music_key import MusicKey
from .reanalysis import Reanalysis
from .resumable_upload import ResumableUpload
from .tag import Tag
from .token import ApiToken
from .track import Track
from .track_tag import TrackTag
from .training import Training, TrainingEpoch
from .user import User
from .verdict import Verdict
from .webhook import Webhook
from .webhook_delivery import WebhookAttempt, WebhookDelivery
from .worker import Worker

__all__ = [
    "Activation",
    "Analysis",
    "ApiToken",
    "Job",
    "KeptAnswer",
    "ModelVersion",
    "MusicKey",
    "Reanalysis",
    "ResumableUpload",
    "Tag",
    "Track",
    "TrackTag",
    "Training",
    "TrainingEpoch",
    "User",
    "Verdict",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "Worker",
]
