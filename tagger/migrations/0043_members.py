import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PERSONAL = """
UPDATE {table} AS kept SET library_id = library.id
FROM tagger_library AS library WHERE library.personal_of_id = kept.owner_id;
SET CONSTRAINTS ALL IMMEDIATE
"""


def library(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tagger.library",
    )


def placed(model: str) -> list:
    """What people have kept is of their own libraries."""
    return [
        migrations.AddField(model, "library", library(null=True)),
        migrations.RunSQL(PERSONAL.format(table=f"tagger_{model}"), migrations.RunSQL.noop),
        migrations.AlterField(model, "library", library(null=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("tagger", "0042_loudness")]

    operations = [
        *placed("savedview"),
        *placed("resumableupload"),
        migrations.RemoveConstraint("savedview", "one_view_of_a_name"),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(fields=("owner", "library", "name"), name="one_view_of_a_name"),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("listener", "listener"),
                            ("editor", "editor"),
                            ("keeper", "keeper"),
                        ],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "library",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="tagger.library",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "library"), name="one_invitation")
                ],
            },
        ),
    ]
