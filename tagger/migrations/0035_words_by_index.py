import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tagger", "0034_fold_words")]

    operations = [
        migrations.AddIndex(
            model_name="track",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                name="track_search_trigram",
            ),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["library", "title_key", "id"],
                name="track_library_title",
            ),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["library", "artist_key", "title_key", "id"],
                name="track_library_artist",
            ),
        ),
    ]
