from django.db import migrations, models

TAKEN_BACK = ("invitation.reissued", "invitation.revoked")
BATCH = 500


def write_issues(apps, schema_editor):
    """Sessions that were opened before name no issue and count as the first. Where staff had made a new link or revoked
    one already, the first is over: whoever holds the link that counts opens it once more."""
    records = apps.get_model("intake", "AuditRecord").objects.filter(action__in=TAKEN_BACK)
    named = sorted({each["invitation"] for each in records.values_list("objects_named", flat=True).iterator()})
    invitations = apps.get_model("intake", "Invitation").objects
    for first in range(0, len(named), BATCH):
        invitations.filter(pk__in=named[first : first + BATCH]).update(issue=1)


class Migration(migrations.Migration):

    dependencies = [
        ("intake", "0018_report_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="issue",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(write_issues, migrations.RunPython.noop),
    ]
