"""Examples of what models are, their analyses, and what is made of it."""

from __future__ import annotations

from typing import Any

from .examples import TRACK

MODEL: dict[str, Any] = {
    "name": "verdicts of March",
    "state": "candidate",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "created_at": "2026-03-14T09:26:53.589793Z",
    "activated_at": None,
}
MODEL_CARD = MODEL | {
    "labels": [{"tag": "harpsichord", "threshold": 0.31}, {"tag": "flute", "threshold": 0.28}],
    "card": {
        "licence": "CC BY-NC-SA 3.0",
        "metrics": {"test": {"roc_auc": 0.912, "average_precision": 0.384}},
    },
}
PREDICTIONS: dict[str, Any] = {
    "model": "verdicts of March",
    "stale": False,
    "heard_at": "2026-03-14T09:27:04.113000Z",
    "segment_seconds": 2.678,
    "hop_seconds": 2.678,
    "scores": [
        {"tag": "guitar", "score": 0.8312, "threshold": 0.42},
        {"tag": "piano", "score": 0.1204, "threshold": 0.3},
    ],
    "segments": [
        {"start": 0.0, "end": 2.678, "silent": False, "scores": [0.79, 0.11]},
        {"start": 2.678, "end": 5.356, "silent": False, "scores": [0.87, 0.13]},
    ],
}
PEAKS: dict[str, Any] = {"duration": 187.4, "peaks": [-41, 38, -77, 80, -52, 49]}
SIMILAR: dict[str, Any] = {
    "model": "verdicts of March",
    "results": [
        {
            "likeness": 0.9312,
            "moment": {
                "start": 32.1,
                "end": 42.1,
                "like": TRACK["id"],
                "like_start": 64.3,
            },
            "track": TRACK
            | {"id": "1d5f4a90-7e4b-4d52-8f6a-2c8de54b7c9a", "title": "Blue morning"},
        }
    ],
}
TAG: dict[str, Any] = {
    "slug": "female-vocal",
    "name": "female vocal",
    "group": "vocal",
    "count": 48,
    "synonyms": ["female-voice", "woman"],
}
TRACK_TAG: dict[str, Any] = {
    "slug": "guitar",
    "name": "guitar",
    "group": "instrument",
    "score": 0.8312,
    "confidence": 0.9417,
    "strength": "sure",
    "effective": True,
    "source": "model",
    "verdict": None,
    "own_verdict": None,
    "disputed": False,
    "passages": [],
    "raw": [{"slug": "guitar", "name": "guitar", "score": 0.8312, "effective": True}],
}
REJECTED_TAG = TRACK_TAG | {
    "effective": False,
    "source": None,
    "verdict": "rejected",
    "own_verdict": "rejected",
}
TABLE = (
    "id,title,artist,album,state,duration,bpm,key,tags,scores,file_name,file_sha256,created_at,"
    "passages,strengths,rating\r\n"
    f"{TRACK['id']},Blue hour,Mira,Nights,tagged,187.400,117.5,F#m,guitar; piano,0.8312; 0.1204,"
    f"blue hour.flac,{TRACK['file_sha256']},2026-03-14T09:26:53.589793+00:00,; 0:43-2:09,"
    "sure; likely,4.50\r\n"
)
PLAYLIST = "#EXTM3U\n#EXTINF:187,Mira - Blue hour\nblue hour.flac\n"
REKORDBOX = '<?xml version="1.0" encoding="UTF-8"?>\n<DJ_PLAYLISTS Version="1.0.0">…'
REVIEW: dict[str, Any] = {
    "question": {
        "id": 4711,
        "track": TRACK["id"],
        "tag": "harpsichord",
        "score": 0.2914,
        "threshold": 0.31,
        "start": 32.1,
        "end": 42.1,
    },
    "left": 17,
    "skipped": 2,
}
