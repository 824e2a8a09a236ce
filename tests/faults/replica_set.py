"""A MongoDB of three members on three ports, for what happens when its primary goes."""

import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from supportsaas.ops.embedded_mongod import EmbeddedMongod

PATIENCE_SECONDS = 60
NAME = "rs0"


class ReplicaSet:
    """Three servers of ours that elect a primary within seconds. `start()` waits until it takes writes."""

    def __init__(self, directory: Path) -> None:
        self.members = [EmbeddedMongod(directory=directory / f"member-{n}", is_member=True) for n in range(3)]

    @property
    def uri(self) -> str:
        return f"mongodb://{','.join(_address(each) for each in self.members)}/?replicaSet={NAME}"

    def __enter__(self) -> "ReplicaSet":
        try:
            for each in self.members:
                each.start()
            config = {
                "_id": NAME,
                "members": [{"_id": n, "host": _address(each)} for n, each in enumerate(self.members)],
                "settings": {"electionTimeoutMillis": 2_000, "heartbeatIntervalMillis": 500},
            }
            with _client(self.members[0]) as client:
                client.admin.command("replSetInitiate", config)
            self.wait_until_whole()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.members:
            each.kill()  # a clean end would wait for the others, which end as well

    def find_primary(self) -> EmbeddedMongod:
        """The member that takes writes; waits for an election that is going on."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for each in self.members:
                if self._state_of(each).get("isWritablePrimary"):
                    return each
            time.sleep(0.05)
        raise TimeoutError("The replica set elected no primary.")

    def wait_until_whole(self) -> None:
        """Until there is a primary and all others follow it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            states = [self._state_of(each) for each in self.members]
            if all(each.get("isWritablePrimary") or each.get("secondary") for each in states):
                self.find_primary()
                return
            time.sleep(0.05)
        raise TimeoutError("The members of the replica set did not come together.")

    def step_down(self) -> None:
        """Have the primary give up its part at once; it may not be elected again for some seconds."""
        with _client(self.find_primary()) as client:
            client.admin.command("replSetStepDown", 10, secondaryCatchUpPeriodSecs=5, force=True)

    @staticmethod
    def _state_of(member: EmbeddedMongod) -> dict[str, Any]:
        try:
            with _client(member) as client:
                state: dict[str, Any] = client.admin.command("hello")
        except PyMongoError:
            return {}
        return state


def _address(member: EmbeddedMongod) -> str:
    return f"127.0.0.1:{member.port}"


def _client(member: EmbeddedMongod) -> "MongoClient[dict[str, Any]]":
    return MongoClient(_address(member), directConnection=True, serverSelectionTimeoutMS=1_000)
