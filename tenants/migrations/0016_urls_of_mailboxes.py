from django.db import migrations, models

import tickets.helpdesks.source_url


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0015_hooks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='source',
            name='url',
            field=models.CharField(help_text='The helpdesk’s base URL, for example https://help.example.com', max_length=500, validators=[tickets.helpdesks.source_url.validate_source_url], verbose_name='URL'),
        ),
    ]
