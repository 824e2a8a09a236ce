import django.core.validators
import re
import supportsaas.net.address_field
import tickets.alerts.model
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0011_plain_texts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='channel',
            name='address',
            field=models.CharField(help_text='A URL starting with https:// or http://. For e-mail: one or more addresses, separated by commas.', max_length=1000),
        ),
        migrations.AlterField(
            model_name='channel',
            name='enabled',
            field=models.BooleanField(default=True, help_text='When off, nothing is sent. Due alerts wait.'),
        ),
        migrations.AlterField(
            model_name='channel',
            name='kind',
            field=models.CharField(choices=[('house', 'Native protocol (/notify)'), ('webhook', 'Signed webhook'), ('slack', 'Slack or compatible'), ('email', 'E-mail')], default='webhook', max_length=16),
        ),
        migrations.AlterField(
            model_name='channel',
            name='max_age_hours',
            field=models.PositiveIntegerField(blank=True, help_text='Older tickets raise no alert. Leave empty for the system default (24 hours unless changed).', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(8760)], verbose_name='maximum ticket age (hours)'),
        ),
        migrations.AlterField(
            model_name='channel',
            name='name',
            field=models.CharField(help_text='Shown in lists, for example “On call”.', max_length=100),
        ),
        migrations.AlterField(
            model_name='channel',
            name='sentiments',
            field=models.JSONField(blank=True, default=list, help_text='Leave empty for all.', verbose_name='sentiment'),
        ),
        migrations.AlterField(
            model_name='channel',
            name='unconfirmed',
            field=models.JSONField(blank=True, default=list, editable=False, help_text='No alerts go to these addresses until their owners confirm.', verbose_name='unconfirmed addresses'),
        ),
        migrations.AlterField(
            model_name='channel',
            name='urgencies',
            field=models.JSONField(blank=True, default=tickets.alerts.model.only_high, help_text='Leave empty for all.', verbose_name='urgency'),
        ),
        migrations.AlterField(
            model_name='source',
            name='auth',
            field=models.CharField(choices=[('none', 'None'), ('header', 'API key in a header'), ('bearer', 'Bearer token'), ('basic', 'User name and password (Basic)'), ('query', 'API key in the URL')], default='none', max_length=16, verbose_name='authentication'),
        ),
        migrations.AlterField(
            model_name='source',
            name='auth_name',
            field=models.CharField(blank=True, help_text='The header (for example X-Redmine-API-Key), the query parameter (for example api_key) or the user name for Basic authentication.', max_length=200, verbose_name='header, parameter or user name'),
        ),
        migrations.AlterField(
            model_name='source',
            name='every_minutes',
            field=models.PositiveIntegerField(blank=True, help_text='Minutes between syncs, at most 10,080 (one week). Leave empty to sync only when someone starts it.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='sync every'),
        ),
        migrations.AlterField(
            model_name='source',
            name='kind',
            field=models.CharField(choices=[('house', 'Native protocol'), ('rest', 'REST (configurable)'), ('redmine', 'Redmine'), ('rt', 'Request Tracker')], default='house', max_length=16),
        ),
        migrations.AlterField(
            model_name='source',
            name='name',
            field=models.CharField(blank=True, default='', help_text="The connection's name. Ticket ids of an additional connection start with it. Leave empty to have it named on the first sync.", max_length=63, validators=[django.core.validators.RegexValidator(re.compile('^[\\w.-]+\\Z'), 'Use letters, digits, “.”, “-” and “_” (at most 63 characters).')]),
        ),
        migrations.AlterField(
            model_name='source',
            name='options',
            field=models.JSONField(blank=True, default=dict, help_text='Connector settings (JSON), listed in docs/sources.md. Leave empty for the defaults.'),
        ),
        migrations.AlterField(
            model_name='source',
            name='url',
            field=models.CharField(help_text='The helpdesk’s base URL, for example https://help.example.com', max_length=500, validators=[supportsaas.net.address_field.validate_address], verbose_name='URL'),
        ),
    ]
