from __future__ import annotations

from typing import Any

from django.db import migrations


def forget_answers(apps: Any, schema_editor: Any) -> None:
    """Answers are kept sealed from now on. Those of the last day were not."""
    apps.get_model("tagger", "KeptAnswer").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("tagger", "0020_count_tags_by_trigger")]

    operations = [migrations.RunPython(forget_answers, migrations.RunPython.noop)]
