from django.db import migrations, models


class Migration(migrations.Migration):
    """What was folded by the database's locale is folded by us: the same on every server."""

    dependencies = [("tagger", "0032_libraries")]

    operations = [
        migrations.RemoveIndex(model_name="track", name="track_search_trigram"),
        migrations.RemoveField(model_name="track", name="search_text"),
        migrations.AddField(
            model_name="track",
            name="search_text",
            field=models.TextField(db_default="", editable=False),
        ),
        migrations.AddField(
            model_name="track",
            name="title_key",
            field=models.BinaryField(db_default=b""),
        ),
        migrations.AddField(
            model_name="track",
            name="artist_key",
            field=models.BinaryField(db_default=b""),
        ),
        migrations.AddField(
            model_name="track",
            name="album_text",
            field=models.TextField(db_default="", editable=False),
        ),
        migrations.AddField(
            model_name="track",
            name="album_key",
            field=models.BinaryField(db_default=b""),
        ),
        migrations.AddField(
            model_name="track",
            name="album_by_key",
            field=models.BinaryField(db_default=b""),
        ),
    ]
