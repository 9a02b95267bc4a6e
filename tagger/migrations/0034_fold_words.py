from typing import Any

from django.db import migrations, transaction

from tagger.platform.collation import folded, sort_key

# A part takes about a second, and its rows some ten megabytes of memory. One that was interrupted
# goes on where it was.
BLOCKS = 1_000
PART = """
SELECT id, title, artist, album, album_artist, file_name FROM tagger_track
WHERE ctid >= %s::tid AND ctid < %s::tid AND title_key = ''
"""
FILL = """
UPDATE tagger_track AS track
SET search_text = made.search_text, title_key = made.title_key, artist_key = made.artist_key,
    album_text = made.album_text, album_key = made.album_key, album_by_key = made.album_by_key
FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::bytea[], %s::bytea[])
    AS made (id, search_text, title_key, artist_key, album_text, album_key, album_by_key)
WHERE track.id = made.id
"""
# What counts tags looks at each change of a track, and here at a million that change no tag.
COUNTING = "ALTER TABLE tagger_track {} TRIGGER track_counted_update"


def fold_words(_apps: Any, schema_editor: Any) -> None:
    """Part by part as the rows lie: those that are changed come to lie behind the last part."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size('tagger_track') / current_setting('block_size')::int"
        )
        blocks = cursor.fetchone()[0]
        for first in range(0, blocks, BLOCKS):
            with transaction.atomic(using=connection.alias):
                cursor.execute(PART, [f"({first},0)", f"({first + BLOCKS},0)"])
                if rows := cursor.fetchall():
                    cursor.execute(COUNTING.format("DISABLE"))
                    cursor.execute(FILL, list(map(list, zip(*map(_made, rows), strict=True))))
                    cursor.execute(COUNTING.format("ENABLE"))


def _made(row: tuple[Any, ...]) -> tuple[Any, ...]:
    track, title, artist, album, album_artist, file_name = row
    album_by = album_artist or artist
    return (
        track,
        folded(" ".join((title, artist, album, album_artist, file_name))),
        sort_key(title),
        sort_key(artist),
        folded(f"{album} {album_by}"),
        sort_key(album),
        sort_key(album_by),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tagger", "0033_words_folded_by_us")]

    operations = [migrations.RunPython(fold_words, migrations.RunPython.noop)]
