from __future__ import annotations

from typing import Any

from django.db import migrations, models

TRIGGERS = [
    ("web", "web page"),
    ("api", "API"),
    ("admin", "admin"),
    ("command", "command line"),
    ("schedule", "schedule"),
    ("release", "a new release"),
]


def name_what_came_with_the_release(apps: Any, schema_editor: Any) -> None:
    """The first activation of an installation was its own doing."""
    activations = apps.get_model("tagger", "Activation").objects
    first = activations.filter(by=None, trigger="command", former=None, former_name="")
    apps.get_model("tagger", "ModelVersion").objects.filter(
        pk__in=first.values("model"), created_by=None
    ).update(shipped=True)
    first.update(trigger="release")


class Migration(migrations.Migration):
    dependencies = [
        ("tagger", "0016_nearest_by_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="shipped",
            field=models.BooleanField(
                default=False, help_text="It came with a release of Tonemark."
            ),
        ),
        migrations.AlterField(
            model_name="activation",
            name="trigger",
            field=models.CharField(choices=TRIGGERS, max_length=10),
        ),
        migrations.AlterField(
            model_name="job",
            name="trigger",
            field=models.CharField(choices=TRIGGERS, max_length=10),
        ),
        migrations.RunPython(name_what_came_with_the_release, migrations.RunPython.noop),
    ]
