import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("organisation", models.CharField(max_length=200)),
                ("place", models.CharField(max_length=200, verbose_name="place")),
                ("products", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "liaison",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reading_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="ReadingLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("sheet", models.PositiveIntegerField(default=0)),
                ("reader", models.CharField(max_length=200, verbose_name="who read")),
                ("product", models.CharField(max_length=200)),
                ("since", models.DateTimeField(verbose_name="from")),
                ("until", models.DateTimeField(verbose_name="to")),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("returned", "read and given back"),
                            ("kept", "left with the reader"),
                            ("told", "told of it, without the paper"),
                        ],
                        max_length=8,
                        verbose_name="afterwards",
                    ),
                ),
                ("event", models.CharField(max_length=200)),
                ("batch", models.CharField(max_length=200)),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_reason", models.CharField(blank=True, max_length=300)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="reading.session"
                    ),
                ),
            ],
            options={
                "ordering": ["entered_at", "id"],
            },
        ),
    ]
