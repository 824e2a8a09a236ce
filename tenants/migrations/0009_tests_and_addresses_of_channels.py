from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0008_source_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='channel',
            name='unconfirmed',
            field=models.JSONField(blank=True, default=list, editable=False, help_text='Nothing goes to them until whoever reads them says so.', verbose_name='addresses not confirmed yet'),
        ),
        migrations.AddField(
            model_name='channel',
            name='tested_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='test_problem',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='channel',
            name='tested_settings',
            field=models.CharField(blank=True, default='', editable=False, max_length=32),
        ),
    ]
