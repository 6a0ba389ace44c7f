from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_casework"),
    ]

    operations = [
        migrations.AddField(
            model_name="scopeitem",
            name="brought_in",
            field=models.BooleanField(default=False),
        ),
    ]
