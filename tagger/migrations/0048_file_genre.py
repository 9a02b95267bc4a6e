from django.db import migrations, models

# The job that reads what files say of their albums goes through them once more, for their genre.
# What counts tags looks at each change of a track, and here at changes of no tag.
READ_AGAIN = """
ALTER TABLE tagger_track DISABLE TRIGGER track_counted_update;
UPDATE tagger_track SET album_read = false WHERE album_read;
ALTER TABLE tagger_track ENABLE TRIGGER track_counted_update
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tagger", "0047_ratings"),
    ]

    operations = [
        migrations.AddField(
            model_name="track",
            name="genre",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="As its file says; several are parted by a semicolon.",
                max_length=255,
            ),
        ),
        migrations.RunSQL(READ_AGAIN, migrations.RunSQL.noop),
    ]
