"""A question that somebody skips is left to the others; files are found by their folder."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models.functions import Left

# Who skipped was not kept: none of the library's people is asked again by this.
KEEP = """
UPDATE tagger_question SET skipped_by = ARRAY(
    SELECT person_id FROM tagger_membership AS member
    WHERE member.library_id = tagger_question.library_id
) WHERE skipped_at IS NOT NULL
"""
BACK = "UPDATE tagger_question SET skipped_at = now() WHERE skipped_by <> '{}'"


class Migration(migrations.Migration):
    dependencies = [
        ("tagger", "0050_damaged_since"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="question", name="question_next"),
        migrations.RemoveIndex(model_name="question", name="question_skipped"),
        migrations.AddField(
            model_name="question",
            name="skipped_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.RunSQL(KEEP, BACK),
        migrations.RemoveField(model_name="question", name="skipped_at"),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                fields=["library", "model", "-priority", "id"], name="question_asked"
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("skipped_by", []), _negated=True),
                fields=["library", "model"],
                name="question_left",
            ),
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(
                models.F("folder"),
                django.contrib.postgres.indexes.OpClass(Left("path", 600), "text_pattern_ops"),
                name="place_by_path",
            ),
        ),
    ]
