from .activation import Activation
from .analysis import Analysis
from .cover import Cover
from .folder import Folder, Place
from .job import Job
from .kept_activations import KeptActivations
from .kept_answer import KeptAnswer
from .library import Invitation, Library, Membership
from .library_map import LibraryMap, MapPoint
from .model_version import ModelVersion
from .music_key import MusicKey
from .question import Question
from .rating import Rating
from .reanalysis import Reanalysis
from .resumable_upload import ResumableUpload
from .saved_view import SavedView
from .tag import Tag
from .tag_count import TagCount
from .token import ApiToken
from .track import Track
from .track_tag import TrackTag
from .training import Training, TrainingEpoch
from .user import User
from .verdict import Verdict
from .webhook import Webhook
from .webhook_delivery import WebhookAttempt, WebhookDelivery
from .worker import Worker
from .written_tags import WrittenTags

__all__ = [
    "Activation",
    "Analysis",
    "ApiToken",
    "Cover",
    "Folder",
    "Invitation",
    "Job",
    "KeptActivations",
    "KeptAnswer",
    "Library",
    "LibraryMap",
    "MapPoint",
    "Membership",
    "ModelVersion",
    "MusicKey",
    "Place",
    "Question",
    "Rating",
    "Reanalysis",
    "ResumableUpload",
    "SavedView",
    "Tag",
    "TagCount",
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
    "WrittenTags",
]
