"""Covers for tracks that bring none; those that were heard before get theirs at once."""

from __future__ import annotations

from django.db import migrations, models

SIZE = 1024
HUES = 24
ACROSS = [1 if unit & 1 else -1 for unit in range(SIZE)]
UP = [1 if unit & 2 else -1 for unit in range(SIZE)]
# As tagger.analysis.cover_hue finds it; `<#>` is the inner product with its sign turned.
FILL = f"""
UPDATE tagger_track AS track
SET hue = floor(mod(CAST(found.turn + 1 AS numeric), 1) * {HUES})
FROM (
    SELECT analysis.track_id, atan2(
        -(analysis.embedding <#> '{UP}'::vector), -(analysis.embedding <#> '{ACROSS}'::vector)
    ) / (2 * pi()) AS turn
    FROM tagger_analysis AS analysis
    JOIN tagger_modelversion AS model ON model.id = analysis.model_id AND model.state = 'active'
) AS found
WHERE found.track_id = track.id
"""  # noqa: S608  nothing in it comes from outside


class Migration(migrations.Migration):
    dependencies = [
        ("tagger", "0030_passages"),
    ]

    operations = [
        migrations.AddField(
            model_name="track",
            name="hue",
            field=models.PositiveSmallIntegerField(
                editable=False,
                help_text="Of the cover it gets when it brings none.",
                null=True,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
