"""Who follows the activity of an Aqueduct."""

from typing import Any

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.activity_pb2 import ActivityWatchRequest, Event, Verb


class Follower:
    """Follows the activity of a server, over its restarts; remembers every event."""

    def __init__(self, aqueduct: Aqueduct) -> None:
        self._aqueduct = aqueduct
        self._looked_at = 0
        self.events: list[Event] = []
        self.last_id = 0

    async def until(self, verb: Verb, resource: str = "", member: str = "") -> Event:
        """Return the next event of that kind; all that come before it are looked at, too."""
        watch: Any = self._aqueduct.activity.ActivityWatch(ActivityWatchRequest(after_id=self.last_id))
        try:
            while True:
                for event in self.events[self._looked_at :]:
                    self._looked_at += 1
                    is_it = event.verb == verb and event.resource.startswith(resource)
                    if is_it and event.member.startswith(member):
                        return event
                response = await watch.read()
                assert response.missed == 0
                self.events += response.events
                self.last_id = response.last_id
        finally:
            watch.cancel()

    def verbs(self, resource: str) -> list[str]:
        """Return the verbs of the events of a resource, without those of applies."""
        return [Verb.Name(event.verb)[5:] for event in self.events if event.resource == resource]
