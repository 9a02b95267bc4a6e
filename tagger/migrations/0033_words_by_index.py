import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tagger", "0032_fold_words")]

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
                fields=["owner", "title_key", "id"],
                name="track_owner_title",
            ),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["owner", "artist_key", "title_key", "id"],
                name="track_owner_artist",
            ),
        ),
    ]
