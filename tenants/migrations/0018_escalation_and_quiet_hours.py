import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0017_single_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='channel',
            name='quiet_hours',
            field=models.CharField(blank=True, default='', help_text='For example “Mon-Fri 20:00-07:00; Sat, Sun 00:00-24:00”, in the tenant’s time zone. Then only high urgency and outages are sent; everything else waits and follows in one go. Leave empty for none.', max_length=200),
        ),
        migrations.AddField(
            model_name='channel',
            name='escalate_to',
            field=models.ForeignKey(blank=True, help_text='The next channel gets every alert of this one that nobody has acknowledged in time.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenants.channel', verbose_name='if nobody acknowledges, then send to'),
        ),
        migrations.AddField(
            model_name='channel',
            name='escalate_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Leave empty for 15.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='after (minutes)'),
        ),
        migrations.AddField(
            model_name='channel',
            name='only_escalations',
            field=models.BooleanField(default=False, help_text='When on, it gets nothing by itself, only alerts that another channel passes on.', verbose_name='only what others did not acknowledge'),
        ),
    ]
