"""A library of any size, made inside Postgres: tracks, their analyses and their tags.

Tags are as unevenly spread as in MagnaTagATune: a few on every fifth track, most on one in fifty,
eight on a track on average. An embedding is the sum of two of 300 directions, so that every track
has near neighbours and far ones.
"""

from __future__ import annotations

from django.db import connection

from tagger.actions.bootstrap import ensure_model, ensure_vocabulary
from tagger.models import User

WORDS = [
    *("river", "night", "paper", "glass", "winter", "harbour"),
    *("letter", "engine", "garden", "mirror", "salt", "copper"),
]

_TRACKS = """
INSERT INTO tagger_track (id, owner_id, file, file_name, file_size, file_sha256, audio_sha256,
    title, artist, album, duration, sample_rate, channels, codec, notes, state, bpm, key,
    music_state, spectrogram, created_at, updated_at)
SELECT gen_random_uuid(), %(owner)s, 'tracks/' || n || '.mp3', n || '.mp3', 4000000,
    md5(n::text) || md5('f' || n), md5('a' || n) || md5('b' || n),
    (%(words)s::text[])[1 + n %% 12] || ' ' || (%(words)s::text[])[1 + (n / 12) %% 12] || ' ' || n,
    'Artist ' || n %% 5000, 'Album ' || n / 12, 120 + n %% 240, 44100, 2, 'mp3', '{}', 'tagged',
    60 + n %% 120, '', 'analysed', '', now() - n * interval '1 minute', now()
FROM generate_series(1, %(size)s) AS n
"""
_DIRECTIONS = """
DROP TABLE IF EXISTS direction;
CREATE TEMPORARY TABLE direction AS
SELECT n,
    (SELECT array_agg(random() - 0.5 + 0 * (n + k)) FROM generate_series(1, 1024) AS k)::vector
    AS vector,
    (SELECT array_agg(random() * random() + 0 * (n + k)) FROM generate_series(1, %(labels)s) AS k)
    AS scores
FROM generate_series(1, 300) AS n
"""
_ANALYSES = """
INSERT INTO tagger_analysis (track_id, model_id, segments, segment_seconds, hop_seconds, scores,
    mean_scores, embedding, created_at)
SELECT track.id, %(model)s, 90, 2.678, 2.678, decode(repeat('0038', 90 * %(labels)s), 'hex'),
    a.scores, a.vector + b.vector, now()
FROM (SELECT id, 1 + abs(hashtext(id::text)) %% 300 AS one, 1 + abs(hashtext(title)) %% 300 AS two
      FROM tagger_track) AS track
JOIN direction AS a ON a.n = track.one JOIN direction AS b ON b.n = track.two
"""
_TAGS = """
INSERT INTO tagger_tracktag (track_id, tag_id, score, source)
SELECT track.id, tag.id, 0.2 + 0.8 * (hashtext(track.id::text || tag.id) & 1023) / 1024.0, 'model'
FROM tagger_track AS track
JOIN (SELECT id, 0.41 / (1 + 0.09 * row_number() OVER (ORDER BY id)) AS share FROM tagger_tag)
    AS tag ON (hashtext(tag.id || track.id::text) & 1048575) / 1048576.0 < tag.share
"""


def fill(size: int) -> User:
    """One owner with `size` tracks and no others, all heard by the active model."""
    ensure_vocabulary()
    model = ensure_model()
    owner = User.objects.get_or_create(username="bench")[0]
    values = {
        "owner": owner.pk,
        "size": size,
        "words": WORDS,
        "model": model.pk,
        "labels": len(model.labels),
    }
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tagger_track CASCADE")
        # An index made at the end is made much faster than row by row.
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'analysis_embedding'")
        (index,) = cursor.fetchone()
        cursor.execute("DROP INDEX analysis_embedding")
        for statement in (_TRACKS, _DIRECTIONS, _ANALYSES, _TAGS):
            cursor.execute(statement, values)
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(index)
        cursor.execute("VACUUM ANALYZE")
    return owner
