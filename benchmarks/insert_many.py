"""Prints how many tickets a second `insert_many` alone writes, with all indexes: the ceiling for ingestion.

Inserts up to 50,000 of the stored tickets anew, 1,000 at a time, into a collection of its own and drops it.
For `benchmarks.ingest`, which sets the environment.
"""

import time

MOST_TICKETS = 50_000
COLLECTION = "tickets_inserted_anew"


def main() -> None:
    import django

    django.setup()
    from supportsaas.db import indexes, mongo

    documents = list(mongo.collection("tickets").find().limit(MOST_TICKETS))
    collection = mongo.collection(COLLECTION)
    collection.drop()
    collection.create_indexes([index.model() for index in indexes.INDEXES if index.collection == "tickets"])
    began = time.perf_counter()
    for start in range(0, len(documents), 1000):
        collection.insert_many(documents[start : start + 1000], ordered=False)
    print(len(documents) / (time.perf_counter() - began))
    collection.drop()


if __name__ == "__main__":
    main()
