from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tagger", "0049_keep_activations")]

    operations = [
        migrations.AddField(
            "track",
            "damaged_since",
            models.DateTimeField(null=True, blank=True, editable=False),
        ),
    ]
