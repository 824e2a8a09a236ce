import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0003_audit_log'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='limit',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: as API_REQUESTS_PER_MINUTE says. 0: no limit.', null=True, validators=[django.core.validators.MaxValueValidator(60000)], verbose_name='requests a minute'),
        ),
    ]
