"""A library of any size, made inside Postgres: tracks, their analyses and their tags.

Tags are as unevenly spread as in MagnaTagATune: a few on every third track, most on one in fifteen,
eight on a track on average. An embedding is the sum of two of 300 directions, so that every track
has near neighbours and far ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tagger.models import ModelVersion, User
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tagger.tags.counts import fold_counts, recount

# What making the index of embeddings takes, for each of them: with less memory it takes hours.
INDEX_KIB = 4
WORDS = [
    *("river", "night", "paper", "glass", "winter", "harbour"),
    *("letter", "engine", "garden", "mirror", "salt", "copper"),
]

_NAMES = """
DROP TABLE IF EXISTS made;
CREATE TEMPORARY TABLE made AS
SELECT id, row_number() OVER () AS n
FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, %(size)s) ORDER BY id) AS ids;
ANALYZE made
"""
_TAGS = """
INSERT INTO tagger_tracktag (track_id, tag_id, score, source)
SELECT made.id, tag.id,
    0.2 + 0.8 * (uuid_hash_extended(made.id, 1000 + tag.id) & 1023) / 1024.0, 'model'
FROM made
JOIN (SELECT id, 0.41 / (1 + 0.09 * row_number() OVER (ORDER BY id)) AS share FROM tagger_tag)
    AS tag ON (uuid_hash_extended(made.id, tag.id) & 1048575) / 1048576.0 < tag.share
"""
_TRACKS = """
INSERT INTO tagger_track (id, library_id, added_by_id, file, file_name, file_size, file_sha256,
    audio_sha256, title, artist, album, duration, sample_rate, channels, codec, notes,
    shown_tag_ids, state, bpm,
    key, music_state, spectrogram, created_at, updated_at, search_text, title_key, artist_key,
    album_text, album_key, album_by_key)
SELECT made.id, %(library)s, %(owner)s, 'tracks/' || n || '.mp3', n || '.mp3', 4000000,
    md5(n::text) || md5('f' || n), md5('a' || n) || md5('b' || n),
    (%(words)s::text[])[1 + n %% 12] || ' ' || (%(words)s::text[])[1 + (n / 12) %% 12] || ' ' || n,
    'Artist ' || n %% 5000, 'Album ' || n / 12, 120 + n %% 240, 44100, 2, 'mp3', '{}',
    coalesce(listed.tag_ids, '{}'), 'tagged', 60 + n %% 120, '', 'analysed', '',
    now() - (hashint8(n) & 16777215) * interval '3 seconds', now(), '', '', '',
    '', '', ''
FROM made LEFT JOIN (
    SELECT track_id, array_agg(DISTINCT coalesce(shown_as_id, tag_id)::int) AS tag_ids
    FROM tagger_tracktag JOIN tagger_tag ON tagger_tag.id = tag_id GROUP BY track_id
) AS listed ON listed.track_id = made.id
ORDER BY (hashint8(n) & 16777215) DESC
"""
# All of it is ASCII: folded by lower(), and put in order by it but for numbers.
_WORDS = """
UPDATE tagger_track SET
    search_text = lower(title || ' ' || artist || ' ' || album || ' ' || file_name),
    title_key = convert_to(lower(title), 'UTF8'), artist_key = convert_to(lower(artist), 'UTF8'),
    album_text = lower(album || ' ' || artist), album_key = convert_to(lower(album), 'UTF8'),
    album_by_key = convert_to(lower(artist), 'UTF8')
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
SELECT made.id, %(model)s, 90, 2.678, 2.678, decode(repeat('0038', 90 * %(labels)s), 'hex'),
    a.scores, a.vector + b.vector, now()
FROM made JOIN direction AS a ON a.n = 1 + (uuid_hash_extended(made.id, 1) & 1048575) %% 300
JOIN direction AS b ON b.n = 1 + (uuid_hash_extended(made.id, 2) & 1048575) %% 300
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid::regclass::text IN ('tagger_track', 'tagger_tracktag', 'tagger_analysis')
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def fill(size: int) -> User:
    """One owner with `size` tracks and no others, all analysed by the active model."""
    ensure_vocabulary()
    model = ensure_model()
    owner = User.objects.get_or_create(username="bench")[0]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tagger_track, tagger_tagcount CASCADE")
        with _indexes_last(size):
            _insert(size, owner, model)
        recount(owner.personal_library.pk)
        fold_counts()
        cursor.execute("VACUUM ANALYZE")
    return owner


def _insert(size: int, owner: User, model: ModelVersion) -> None:
    values: dict[str, int | list[str]] = {
        "library": owner.personal_library.pk,
        "owner": owner.pk,
        "size": size,
        "words": WORDS,
        "model": model.pk,
    }
    with connection.cursor() as cursor:
        # Neither keys nor counts are looked after row by row.
        cursor.execute("SET session_replication_role = replica")
        for statement in (_NAMES, _TAGS, _TRACKS, _WORDS, _DIRECTIONS, _ANALYSES):
            cursor.execute(statement, values | {"labels": len(model.labels)})
        cursor.execute("DROP TABLE made; DROP TABLE direction; RESET session_replication_role")


@contextmanager
def _indexes_last(size: int) -> Iterator[None]:
    """An index made at the end is made much faster than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute(f"SET maintenance_work_mem = '{256 + INDEX_KIB * size // 1024}MB'")
        for _, definition in indexes:
            cursor.execute(definition)
