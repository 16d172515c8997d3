"""The methods of the API: what they take and answer, whether they change anything, when to repeat them.

A method is repeated where that is safe: a second time it does and answers what it did and would have answered
the first time. So not what deletes, nor what has several changes, nor what holds to a revision.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from aqueduct.v1 import (
    activity_pb2,
    backend_pb2,
    config_pb2,
    frontend_pb2,
    haproxy_pb2,
    registry_pb2,
    stats_pb2,
)

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)

_SAFE: Final = re.compile(r"(Get|List|Diff|Export|Put|Set|Register$|Check$)")
_FILES: Final = (activity_pb2, backend_pb2, config_pb2, frontend_pb2, haproxy_pb2, registry_pb2, stats_pb2)


@dataclass(frozen=True, slots=True)
class Method(Generic[Request, Response]):
    """A method, as `BackendService/PutBackend`."""

    name: str
    request: type[Request]
    response: type[Response]
    reads: bool
    """Whether it changes nothing."""
    package: str = "aqueduct.v1"

    @property
    def path(self) -> str:
        """As gRPC spells it."""
        return f"/{self.package}.{self.name}"

    def is_safe(self, request: Message) -> bool:
        """Tell whether a call may be made again whose answer was lost."""
        if _SAFE.match(self.name.partition("/")[2]) is None:
            return False
        has_revision = "expected_revision" in request.DESCRIPTOR.fields_by_name
        return not (has_revision and request.HasField("expected_revision"))


def method(name: str) -> Method[Any, Any]:
    """Return the method of a name such as `BackendService/PutBackend`. KeyError where there is none."""
    return METHODS[name]


def _services() -> Iterable[ServiceDescriptor]:
    for file in _FILES:
        yield from file.DESCRIPTOR.services_by_name.values()


def _method(found: MethodDescriptor) -> Method[Any, Any]:
    return Method(
        name=f"{found.containing_service.name}/{found.name}",
        request=GetMessageClass(found.input_type),
        response=GetMessageClass(found.output_type),
        reads=found.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS,
    )


CHECK: Final = Method(
    "Health/Check", HealthCheckRequest, HealthCheckResponse, reads=True, package="grpc.health.v1"
)
"""gRPC's own: whether a service, or all (an empty name), serves."""
METHODS: Final = {each.name: each for service in _services() for each in map(_method, service.methods)} | {
    CHECK.name: CHECK
}
"""All of them, by name."""
