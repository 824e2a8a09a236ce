import re

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0007_accounts_belong_to_the_tenant_that_made_them'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='name',
            field=models.CharField(blank=True, default='', help_text='Whose tickets it reads. Ids of tickets of a further connection begin with it. Empty: it is named once it is connected.', max_length=63, validators=[django.core.validators.RegexValidator(re.compile('^[\\w.-]+\\Z'), 'Use letters, digits, ., - and _ (at most 63).')]),
        ),
    ]
