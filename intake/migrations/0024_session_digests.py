"""End every session: from here on the database has digests of their keys, and the keys themselves must not stay."""

from django.db import migrations


def end_all(apps, schema_editor):
    apps.get_model("sessions", "Session").objects.all().delete()
    apps.get_model("intake", "StaffSession").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0023_alert_address_notice"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(end_all, migrations.RunPython.noop),
    ]
