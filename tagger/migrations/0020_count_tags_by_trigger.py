"""Lists each track's shown tags, counts them, and lets triggers keep the counts from then on.

A trigger sees what a statement has changed in tracks, however it was written. It adds one row for
each count that went up or down.
"""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations

# PL/pgSQL knows no array of a track's tags "and the track itself" but this: NULL stands for it.
CHANGES = """
    SELECT owner_id, unnest(array_append(shown_tag_ids, NULL)) AS tag_id, {one} AS change
    FROM {tracks} WHERE deleted_at IS NULL
"""
GAINED, LOST = (CHANGES.format(one=one, tracks=name) for one, name in ((1, "gained"), (-1, "lost")))
COUNT = """
    INSERT INTO tagger_tagcount (owner_id, tag_id, tracks)
    SELECT owner_id, tag_id, sum(change) FROM ({changes}) AS changes
    GROUP BY owner_id, tag_id HAVING sum(change) <> 0
"""
TRIGGER = """
CREATE FUNCTION tagger_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {count};
    RETURN NULL;
END $$;
CREATE TRIGGER track_counted_{event} AFTER {event} ON tagger_track REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION tagger_count_{event}();
"""
TRIGGERS = "".join(
    TRIGGER.format(event=event, count=COUNT.format(changes=changes), tables=tables)
    for event, changes, tables in (
        ("insert", GAINED, "NEW TABLE AS gained"),
        ("update", f"{GAINED} UNION ALL {LOST}", "NEW TABLE AS gained OLD TABLE AS lost"),
        ("delete", LOST, "OLD TABLE AS lost"),
    )
)
NO_TRIGGERS = "".join(
    f"DROP TRIGGER track_counted_{event} ON tagger_track; DROP FUNCTION tagger_count_{event}();"
    for event in ("insert", "update", "delete")
)
LIST = """
UPDATE tagger_track AS track SET shown_tag_ids = listed.tag_ids
FROM (
    SELECT track_id, array_agg(DISTINCT coalesce(shown_as_id, tag_id)::int) AS tag_ids
    FROM tagger_tracktag JOIN tagger_tag ON tagger_tag.id = tag_id GROUP BY track_id
) AS listed WHERE listed.track_id = track.id
"""
FIRST_COUNT = COUNT.format(changes=CHANGES.format(one=1, tracks="tagger_track"))


class Migration(migrations.Migration):
    dependencies = [("tagger", "0019_counted_tags")]

    operations = [
        migrations.RunSQL(LIST, migrations.RunSQL.noop),
        migrations.RunSQL(FIRST_COUNT, "TRUNCATE tagger_tagcount"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.AddIndex(
            model_name="track",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["shown_tag_ids"], name="track_shown_tags"
            ),
        ),
    ]
