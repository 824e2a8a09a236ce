"""Lists can be filtered by rating: it is a word of its tickets."""

from django.db import migrations

from supportsaas.db import mongo


def add_words(apps, schema_editor):
    """Only this word is added, so searches and lists work all the time."""
    match = {"rating": {"$type": "string"}, "words": {"$exists": True}}
    word = {"$concat": ["=rating=", "$rating"]}
    mongo.collection("tickets").update_many(match, [{"$set": {"words": {"$setUnion": ["$words", [word]]}}}])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0018_work_of_people_and_teams")]

    operations = [migrations.RunPython(add_words, migrations.RunPython.noop)]
