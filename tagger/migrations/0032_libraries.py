"""Each account's tracks become its own library.

None of their rows is written, however many there are: a library begins with the number of its
account, so that the column which named the account names the library from now on. (Libraries and
accounts made later have numbers that have nothing to do with each other.)

It cannot be taken back: a library may have several members by then, and a row names one owner. The
way back to an earlier release is its backup (docs/operations.md, "Upgrade and rollback").
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FIRST = """
INSERT INTO tagger_library (id, name, personal_of_id, created_at)
SELECT id, username, id, date_joined FROM tagger_user;
SELECT setval(
    pg_get_serial_sequence('tagger_library', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL
) FROM tagger_library;
INSERT INTO tagger_membership (library_id, person_id, role, created_at)
SELECT id, id, 'keeper', date_joined FROM tagger_user;
SET CONSTRAINTS ALL IMMEDIATE
"""
RENAME = """
DO $$ DECLARE named record; BEGIN
    FOR named IN
        SELECT conrelid::regclass AS "table", conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'tagger_user'::regclass
            AND conrelid = 'tagger_{table}'::regclass
            AND conkey = ARRAY[(
                SELECT attnum FROM pg_attribute
                WHERE attrelid = conrelid AND attname = 'owner_id'
            )]
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', named."table", named.conname);
    END LOOP;
    FOR named IN
        SELECT indexname FROM pg_indexes
        WHERE tablename = 'tagger_{table}' AND indexname LIKE 'tagger_{table}_owner_id_%'
    LOOP
        EXECUTE format(
            'ALTER INDEX %I RENAME TO %I',
            named.indexname, replace(named.indexname, 'owner', 'library')
        );
    END LOOP;
END $$;
ALTER TABLE tagger_{table} RENAME COLUMN owner_id TO library_id
"""
REFER = """
ALTER TABLE tagger_{table} ADD CONSTRAINT tagger_{table}_library_id_fk
    FOREIGN KEY (library_id) REFERENCES tagger_library (id) DEFERRABLE INITIALLY DEFERRED
"""
INDEX = "ALTER INDEX {before} RENAME TO {now}"

# As migration 0020 wrote them, by library.
CHANGES = """
    SELECT library_id, unnest(array_append(shown_tag_ids, NULL)) AS tag_id, {one} AS change
    FROM {tracks} WHERE deleted_at IS NULL
"""
GAINED, LOST = (CHANGES.format(one=one, tracks=name) for one, name in ((1, "gained"), (-1, "lost")))
COUNT = """
CREATE OR REPLACE FUNCTION tagger_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tagger_tagcount (library_id, tag_id, tracks)
    SELECT library_id, tag_id, sum(change) FROM ({changes}) AS changes
    GROUP BY library_id, tag_id HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
"""
COUNTS = "".join(
    COUNT.format(event=event, changes=changes)
    for event, changes in (
        ("insert", GAINED),
        ("update", f"{GAINED} UNION ALL {LOST}"),
        ("delete", LOST),
    )
)
# Who asked stays known of what is not about one track: those are few.
JOBS = """
UPDATE tagger_job SET owner_id = library_id WHERE kind IN (
    'train', 'switch_tags', 'reanalyse', 'check_model', 'evaluate', 'bulk', 'draw_map'
);
SET CONSTRAINTS ALL IMMEDIATE
"""


def renamed(table: str, *statements: str, refers: bool = True) -> list[str]:
    """SQL that lets the owner's column of a table name the library."""
    reference = [REFER.format(table=table)] if refers else []
    return [RENAME.format(table=table), *reference, *statements]


def indexes(*names: str) -> list[str]:
    return [INDEX.format(before=name, now=name.replace("owner", "library")) for name in names]


def library(**values: Any) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, to="tagger.library", **values
    )


def taken_over(sql: list[str], *state: Any) -> migrations.SeparateDatabaseAndState:
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(statement) for statement in sql],
        state_operations=list(state),
    )


class Migration(migrations.Migration):
    dependencies = [("tagger", "0031_track_hue")]

    operations = [
        migrations.CreateModel(
            name="Library",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "personal_of",
                    models.OneToOneField(
                        blank=True,
                        help_text="It goes with this account, and nobody can take them out of it.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="personal_library",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["name", "pk"], "verbose_name_plural": "libraries"},
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("listener", "listener"),
                            ("editor", "editor"),
                            ("keeper", "keeper"),
                        ],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("library", library(related_name="memberships")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "library"), name="one_membership")
                ],
            },
        ),
        migrations.RunSQL(FIRST),
        taken_over(
            renamed(
                "track",
                "ALTER TABLE tagger_track RENAME CONSTRAINT track_once_per_owner TO track_once_per_library",
                *indexes(
                    "track_owner_newest",
                    "track_owner_state",
                    "track_owner_file",
                    "track_owner_bpm",
                    "track_owner_key",
                ),
            ),
            migrations.RemoveConstraint("track", "track_once_per_owner"),
            *(
                migrations.RemoveIndex("track", f"track_owner_{name}")
                for name in ("newest", "state", "file", "bpm", "key")
            ),
            migrations.RemoveField("track", "owner"),
            migrations.AddField("track", "library", library(related_name="tracks")),
            migrations.AddConstraint(
                "track",
                models.UniqueConstraint(
                    fields=("library", "audio_sha256"), name="track_once_per_library"
                ),
            ),
            migrations.AddIndex(
                "track",
                models.Index(
                    condition=models.Q(("deleted_at", None)),
                    fields=["library", "-created_at", "-id"],
                    name="track_library_newest",
                ),
            ),
            *(
                migrations.AddIndex(
                    "track", models.Index(fields=["library", field], name=f"track_library_{name}")
                )
                for field, name in (
                    ("state", "state"),
                    ("file_sha256", "file"),
                    ("bpm", "bpm"),
                    ("key", "key"),
                )
            ),
        ),
        taken_over(
            renamed("tagcount", *indexes("tag_count_of_owner"), refers=False),
            migrations.RemoveIndex("tagcount", "tag_count_of_owner"),
            migrations.RemoveField("tagcount", "owner"),
            migrations.AddField(
                "tagcount",
                "library",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="tagger.library",
                ),
            ),
            migrations.AddIndex(
                "tagcount",
                models.Index(
                    fields=["library", "tag"], include=("tracks",), name="tag_count_of_library"
                ),
            ),
        ),
        migrations.RunSQL(COUNTS),
        taken_over(
            renamed("question"),
            migrations.RemoveIndex("question", "question_next"),
            migrations.RemoveIndex("question", "question_skipped"),
            migrations.RemoveField("question", "owner"),
            migrations.AddField("question", "library", library(related_name="+")),
            migrations.AddIndex(
                "question",
                models.Index(
                    condition=models.Q(("skipped_at", None)),
                    fields=["library", "model", "-priority", "id"],
                    name="question_next",
                ),
            ),
            migrations.AddIndex(
                "question",
                models.Index(
                    condition=models.Q(("skipped_at__isnull", False)),
                    fields=["library", "model"],
                    name="question_skipped",
                ),
            ),
        ),
        taken_over(
            renamed("librarymap"),
            migrations.RemoveConstraint("librarymap", "one_map_per_model"),
            migrations.RemoveField("librarymap", "owner"),
            migrations.AddField("librarymap", "library", library(related_name="+")),
            migrations.AddConstraint(
                "librarymap",
                models.UniqueConstraint(fields=("library", "model"), name="one_map_per_model"),
            ),
        ),
        taken_over(
            renamed("job", *indexes("job_owner_created")),
            migrations.RemoveIndex("job", "job_owner_created"),
            migrations.RemoveField("job", "owner"),
            migrations.AddField(
                "job",
                "library",
                library(
                    blank=True,
                    help_text="Where it is listed. Empty: the installation's own work.",
                    null=True,
                    related_name="jobs",
                ),
            ),
            migrations.AddIndex(
                "job", models.Index(fields=["library", "-created_at"], name="job_library_created")
            ),
        ),
        migrations.AddField(
            "job",
            "owner",
            models.ForeignKey(
                blank=True,
                help_text="Who has asked for it. Empty: nobody, or it is from before libraries.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="jobs",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(JOBS),
        migrations.AddField(
            "track",
            "added_by",
            models.ForeignKey(
                blank=True,
                help_text="Empty: from before there were libraries, or of an account that is gone.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
