from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tenants", "0019_one_digest_a_person"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="read_only_links",
            field=models.BooleanField(
                default=True,
                help_text="Whether managers may make links that show numbers to people without an account.",
            ),
        ),
    ]
