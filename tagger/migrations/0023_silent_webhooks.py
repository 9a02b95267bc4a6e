from __future__ import annotations

from typing import Any

from django.db import migrations, models


def note_those_that_are_off(apps: Any, schema_editor: Any) -> None:
    off = apps.get_model("tagger", "Webhook").objects.filter(
        disabled_at__isnull=False, disabled_reason__in=["gone", "unreachable"]
    )
    owners = apps.get_model("tagger", "User").objects.filter(pk__in=off.values("owner"))
    owners.update(silent_webhook=True)


class Migration(migrations.Migration):
    dependencies = [("tagger", "0022_newest_tracks_by_index")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="silent_webhook",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(note_those_that_are_off, migrations.RunPython.noop),
    ]
