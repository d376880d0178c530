from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0021_role_offer'),
    ]

    operations = [
        migrations.AddField(
            model_name='invitationmail',
            name='token_sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddIndex(
            model_name='invitationmail',
            index=models.Index(fields=['token_sha256'], name='invitation_mail_by_token'),
        ),
    ]
