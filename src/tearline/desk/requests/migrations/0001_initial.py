import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0002_casework"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("notice", "preservation notice"), ("request", "request for records")],
                        default="request",
                        max_length=8,
                    ),
                ),
                ("organisation", models.CharField(max_length=200, verbose_name="addressee")),
                ("addressee", models.CharField(max_length=300, verbose_name="name of the addressee")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("fr", "Français")],
                        default="en",
                        max_length=2,
                        verbose_name="language of the letter",
                    ),
                ),
                ("authority", models.TextField(verbose_name="authority")),
                ("reason", models.TextField(blank=True, verbose_name="why it is asked for")),
                ("items", models.TextField(help_text="one item a line", verbose_name="what is asked for")),
                ("due", models.DateField(verbose_name="answer due")),
                ("expires", models.DateField(blank=True, null=True, verbose_name="records expire")),
                ("closes", models.JSONField(default=list)),
                ("marking", models.CharField(max_length=200, verbose_name="marking")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("sent", "sent"),
                            ("answered", "answered"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "after",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="requests.request",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="cases.case"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("full", "in full"),
                            ("partial", "in part"),
                            ("refused", "refused"),
                            ("no record", "no record"),
                            ("overwritten", "overwritten"),
                            ("held by another body", "held by another body"),
                        ],
                        max_length=24,
                        verbose_name="answer",
                    ),
                ),
                ("given_on", models.DateField(verbose_name="date of the answer")),
                ("reason", models.TextField(blank=True, verbose_name="reason given")),
                ("held_by", models.CharField(blank=True, max_length=200, verbose_name="body that holds them")),
                ("record", models.CharField(max_length=200)),
                ("files", models.PositiveIntegerField(default=0)),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="requests.request"
                    ),
                ),
            ],
            options={
                "ordering": ["entered_at"],
            },
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="one_number_a_case"),
        ),
    ]
