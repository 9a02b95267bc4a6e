"""Answers as they really look, for the API's description. Tests hold them against its schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample

_TRACK_ID = "0b9f3a52-5d0e-4a55-8d53-0d1f6b2f3c11"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

TRACK: dict[str, Any] = {
    "id": _TRACK_ID,
    "library": 7,
    "title": "Blue hour",
    "artist": "Mira",
    "album": "Nights",
    "album_artist": "Mira",
    "genre": "Chanson; Ballad",
    "track_number": 3,
    "track_total": 11,
    "disc_number": 1,
    "disc_total": 1,
    "year": 2019,
    "has_cover": True,
    "state": "tagged",
    "missing_since": None,
    "tags": [
        {
            "slug": "guitar",
            "name": "guitar",
            "score": 0.8312,
            "confidence": 0.9417,
            "strength": "sure",
            "source": "model",
            "passages": [],
        },
        {
            "slug": "piano",
            "name": "piano",
            "score": 0.1204,
            "confidence": 0.6208,
            "strength": "likely",
            "source": "model",
            "passages": [{"start": 42.84, "end": 128.53, "score": 0.4417}],
        },
    ],
    "duration": 187.4,
    "bpm": 117.5,
    "bpm_confidence": 0.548,
    "key": "F#m",
    "key_confidence": 0.812,
    "loudness": -14.2,
    "true_peak": -0.6,
    "rating": 4.5,
    "music_state": "analysed",
    "file_name": "blue hour.flac",
    "file_size": 21_473_992,
    "file_sha256": _SHA256,
    "codec": "flac",
    "sample_rate": 44_100,
    "channels": 2,
    "bit_rate": 916_711,
    "notes": [],
    "created_at": "2026-03-14T09:26:53.589793Z",
    "updated_at": "2026-03-14T09:27:04.113000Z",
}
JOB: dict[str, Any] = {
    "id": "3c0a7d1e-9a54-4f0c-8f4e-6d2f8b7a9e20",
    "kind": "tag_track",
    "trigger": "api",
    "state": "running",
    "track": _TRACK_ID,
    "progress": {"stage": "tagging", "done": 62.5, "total": 187.4, "unit": "seconds"},
    "attempts": 1,
    "cancel_requested": False,
    "error": None,
    "result": None,
    "created_at": "2026-03-14T09:26:53.589793Z",
    "started_at": "2026-03-14T09:26:54.001200Z",
    "finished_at": None,
}
WAITING = JOB | {
    "state": "queued",
    "progress": {"stage": "", "done": 0.0, "total": None, "unit": ""},
    "attempts": 0,
    "started_at": None,
}
FAILED = JOB | {
    "state": "failed",
    "error": {"code": "damaged", "detail": "The file is damaged: it cannot be decoded."},
    "finished_at": "2026-03-14T09:26:55.703000Z",
}
UPLOADED: dict[str, Any] = {
    "track": TRACK | {"state": "pending", "tags": []},
    "job": WAITING,
    "duplicate": False,
}
KNOWN = {"track": TRACK, "job": JOB | {"state": "succeeded"}, "duplicate": True}
RATING: dict[str, Any] = {"stars": 5, "mean": 4.5, "people": 2}
RATING_WISH: dict[str, Any] = {"stars": 5}
FILES_ASKED: dict[str, Any] = {"file_sha256": [_SHA256, "0" * 64]}
FILES_CHECKED: dict[str, Any] = {
    "known": [{"file_sha256": _SHA256, "track": _TRACK_ID}],
    "unknown": ["0" * 64],
}
RESUMABLE_UPLOAD: dict[str, Any] = {
    "id": "7e4b1d52-0f6a-4b7c-9a63-2c8d1e5f4a90",
    "file_name": "a long mix.flac",
    "length": 734_003_200,
    "offset": 52_000_000,
    "created_at": "2026-03-14T09:26:53.589793Z",
    "expires_at": "2026-03-16T09:27:04.113000Z",
    "result": None,
}
BULK_WISH: dict[str, Any] = {
    "action": "reject",
    "query": "tag=flute&tag_min=0.5",
    "tag": "flute",
    "dry_run": True,
}
BULK_PREVIEW: dict[str, Any] = {"matched": 48, "unchanged": 3, "missing": 0}
VIEW_WISH: dict[str, Any] = {
    "name": "Quiet guitars",
    "query": "tag=guitar&exclude_tag=drums&tag_min=0.5&ordering=title",
}
VIEW: dict[str, Any] = {
    "id": "2f6a1c2d-3e4f-4f0e-9b57-b1b6f3a05b0e",
    **VIEW_WISH,
    "created_at": "2026-03-14T09:26:53.589793Z",
}
WEBHOOK_WISH: dict[str, Any] = {
    "url": "https://example.org/tonemark",
    "events": ["track.deleted", "track.tagged"],
    "library": None,
}
WEBHOOK: dict[str, Any] = {
    "id": "b1b6f3a0-5b0e-4f0e-9b57-6f6a1c2d3e4f",
    **WEBHOOK_WISH,
    "active": True,
    "failing_since": None,
    "disabled_at": None,
    "disabled_reason": None,
    "created_at": "2026-03-14T09:26:53.589793Z",
}
NEW_WEBHOOK = WEBHOOK | {"secret": "whsec_3fUqG2m0Jc1kQm8mQ3v5b2mXl1c9Zr7Hn0d4Ew6Yt8s="}
EVENT: dict[str, Any] = {
    "type": "track.tagged",
    "timestamp": "2026-03-14T09:27:04.113000Z",
    "data": {"track": _TRACK_ID, "model": "verdicts of March", "library": 7},
}
DELIVERY: dict[str, Any] = {
    "id": "5d0e4a55-8d53-4d1f-8b2f-3c110b9f3a52",
    "event": "track.tagged",
    "payload": '{"type":"track.tagged","timestamp":"2026-03-14T09:27:04.113000Z",'
    f'"data":{{"track":"{_TRACK_ID}","model":"tonemark","library":7}}}}',
    "state": "delivered",
    "next_try_at": None,
    "created_at": "2026-03-14T09:27:04.113000Z",
    "attempts": [
        {
            "made_at": "2026-03-14T09:27:04.301000Z",
            "status": 204,
            "milliseconds": 87,
            "excerpt": "",
            "error": "",
        }
    ],
}
TRAINING_WISH: dict[str, Any] = {"base": "default", "verdicts": True, "epochs": 6}
TRAINING: dict[str, Any] = {
    "id": "7e0d4a52-93cb-4b0e-8b7a-2a51c5b0d7f4",
    "name": "default",
    "job": JOB["id"],
    "state": "running",
    "progress": {"stage": "training", "done": 18.0, "total": 108.0, "unit": "updates"},
    "attempts": 1,
    "error": None,
    "base": "default",
    "from_scratch": False,
    "folder": "",
    "verdicts": True,
    "preset": "fine-tune",
    "block": "",
    "epochs": 6,
    "seed": 0,
    "device": "cpu",
    "device_reason": "no GPU is used: this PyTorch is built without CUDA",
    "expected_end": "2026-03-14T09:31:20Z",
    "model": None,
    "created_at": "2026-03-14T09:26:53.589793Z",
}
TRAINING_IN_FULL = TRAINING | {
    "labels": ["harpsichord", "flute", "chiptune"],
    "data": {"train_clips": 72, "validation_clips": 21, "accepted": 60, "rejected": 44},
    "recipe": {"training": {"epochs": 6, "batch_size": 16}},
    "epochs_done": [
        {
            "epoch": 1,
            "training_loss": 0.412,
            "loss": 0.371,
            "roc_auc": 0.912,
            "average_precision": 0.744,
            "learning_rate": 0.0003,
            "segments_per_second": 9.4,
            "seconds": 31.0,
            "best": True,
        }
    ],
    "log": "09:27:01 on cpu: no GPU is used: this PyTorch is built without CUDA",
}
OWN_TAG: dict[str, Any] = {
    "slug": "chiptune",
    "name": "chiptune",
    "group": "genre",
    "accepted": 14,
    "rejected": 9,
    "wanted": 30,
    "ready": False,
    "learnt": False,
}

ACTIVATION: dict[str, Any] = {
    "model": "verdicts of March",
    "former": "Tonemark rese 2026-01-02",
    "rollback": False,
    "by": "admin",
    "trigger": "api",
    "reason": "",
    "concerns": [],
    "at": "2026-03-14T09:26:53.589793Z",
    "job": "7d2f8b7a-9e20-4f0c-8f4e-3c0a7d1e9a54",
    "switched_at": None,
}
REANALYSIS: dict[str, Any] = {
    "id": "8f4e6d2f-8b7a-4e20-9a54-4f0c3c0a7d1e",
    "selection": "stale",
    "model": "verdicts of March",
    "planned": 1200,
    "job": JOB
    | {
        "id": "8f4e6d2f-8b7a-4e20-9a54-4f0c3c0a7d1e",
        "kind": "reanalyse",
        "track": None,
        "progress": {"stage": "hearing", "done": 340.0, "total": 1200.0, "unit": "tracks"},
    },
}
RETRIED: dict[str, Any] = {"retried": 12}
STATUS: dict[str, Any] = {
    "queues": [
        {
            "name": "inference",
            "queued": 3,
            "running": 1,
            "oldest": "2026-03-14T09:26:53.589793Z",
        }
    ],
    "workers": [
        {
            "name": "inference@studio",
            "queues": ["bulk", "inference"],
            "device": "cpu",
            "device_reason": "no GPU is used: this PyTorch is built without CUDA",
            "seen_at": "2026-03-14T09:27:04.113000Z",
        }
    ],
    "broker_reachable": True,
    "model": "verdicts of March",
    "disk": {"free": 734_003_200_000, "total": 1_000_204_886_016},
    "kept_activations": {"tracks": 20_118, "size": 1_072_693_248, "missing": 0},
    "decoders_fenced": True,
    "failed": [FAILED | {"owner": "mira"}],
    "versions": {"Python": "3.11.14", "PostgreSQL": "18.1", "Django": "5.2.19"},
}
_GAIN: dict[str, Any] = {"value": 0.012, "interval": [0.004, 0.021]}
COMPARISON: dict[str, Any] = {
    "candidate": "verdicts of March",
    "active": "Tonemark rese 2026-01-02",
    "outcome": "better",
    "sentence": "Better than the active model. It ranks the test clips better (ROC-AUC +0.012, …",
    "split": {
        "split": "test",
        "paired": True,
        "clips": 341,
        "roc_auc": _GAIN,
        "average_precision": _GAIN,
        "per_tag": [
            {"tag": "harpsichord", "positives": 41, "roc_auc": _GAIN, "average_precision": _GAIN}
        ],
    },
    "library": {
        "tracks": 200,
        "unchanged": 151,
        "tags": [{"tag": "harpsichord", "gained": 12, "lost": 1, "shift": 0.08}],
        "to_hear": [{"track": _TRACK_ID, "gained": ["harpsichord"], "lost": ["piano"]}],
        "agreement": {"words": 60, "candidate": 0.9, "baseline": 0.8, "difference": _GAIN},
    },
}


DONE = (200, 201, 202)


def example(
    name: str, value: Any, *, request: bool = False, statuses: Sequence[int] = DONE
) -> list[OpenApiExample]:
    """Of a body that is sent, or of the answers with these statuses."""
    if request:
        return [OpenApiExample(name, value=value, request_only=True)]
    return [OpenApiExample(name, value=value, response_only=True, status_codes=statuses)]


def form_example(name: str, value: Any) -> list[OpenApiExample]:
    """Of a form with a file, which is told by its name."""
    return [OpenApiExample(name, value=value, request_only=True, media_type="multipart/form-data")]
