"""The servicers of the API, and their methods by name: what gRPC and the gateway serve."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from aqueduct.rpc.activity import Activity
from aqueduct.rpc.backends import Backends
from aqueduct.rpc.config import Config
from aqueduct.rpc.frontends import Frontends
from aqueduct.rpc.haproxy import HAProxy
from aqueduct.rpc.registry import Registry
from aqueduct.rpc.stats import Stats
from aqueduct.service.activity import ActivityService
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.configuration import Configuration
from aqueduct.service.history import History
from aqueduct.service.registry import Registering
from aqueduct.service.reloading import Reloading
from aqueduct.service.statistics import StatisticsService
from aqueduct.service.status import StatusService
from aqueduct.service.versions import Versions
from aqueduct.v1 import (
    activity_pb2,
    backend_pb2,
    config_pb2,
    frontend_pb2,
    haproxy_pb2,
    registry_pb2,
    stats_pb2,
)
from aqueduct.v1.activity_pb2_grpc import add_ActivityServiceServicer_to_server
from aqueduct.v1.backend_pb2_grpc import add_BackendServiceServicer_to_server
from aqueduct.v1.config_pb2_grpc import add_ConfigServiceServicer_to_server
from aqueduct.v1.frontend_pb2_grpc import add_FrontendServiceServicer_to_server
from aqueduct.v1.haproxy_pb2_grpc import add_HAProxyServiceServicer_to_server
from aqueduct.v1.registry_pb2_grpc import add_RegistryServiceServicer_to_server
from aqueduct.v1.stats_pb2_grpc import add_StatsServiceServicer_to_server

DESCRIPTORS: Final[tuple[ServiceDescriptor, ...]] = tuple(
    service
    for file in (
        frontend_pb2,
        backend_pb2,
        config_pb2,
        haproxy_pb2,
        registry_pb2,
        stats_pb2,
        activity_pb2,
    )
    for service in file.DESCRIPTOR.services_by_name.values()
)
"""Aqueduct's own services."""

SERVICES: Final = tuple(service.full_name for service in DESCRIPTORS)
"""Their full names."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method as it can be called within this process."""

    descriptor: MethodDescriptor
    function: Callable[[Any, Any], Any]
    """Takes a request and a context; returns a coroutine, or an asynchronous generator if it streams."""

    @property
    def name(self) -> str:
        """Its name, as gRPC spells it."""
        return f"/{self.descriptor.containing_service.full_name}/{self.descriptor.name}"


class Servicers:
    """One servicer of each service. Their methods may be called within the process, by a request alone."""

    def __init__(
        self,
        configuration: Configuration,
        history: History,
        status: StatusService,
        reloading: Reloading,
        registering: Registering,
        *,
        versions: Versions,
        config_watch: ConfigWatch,
        statistics: StatisticsService,
        activity: ActivityService,
    ) -> None:
        self.frontends = Frontends(configuration)
        self.backends = Backends(configuration)
        self.config = Config(configuration, history, config_watch)
        self.haproxy = HAProxy(status, reloading)
        self.registry = Registry(registering, versions)
        self.stats = Stats(statistics)
        self.activity = Activity(activity)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Have a gRPC server serve them."""
        add_FrontendServiceServicer_to_server(self.frontends, server)
        add_BackendServiceServicer_to_server(self.backends, server)
        add_ConfigServiceServicer_to_server(self.config, server)
        add_HAProxyServiceServicer_to_server(self.haproxy, server)
        add_RegistryServiceServicer_to_server(self.registry, server)
        add_StatsServiceServicer_to_server(self.stats, server)
        add_ActivityServiceServicer_to_server(self.activity, server)

    def methods(self) -> Iterator[Method]:
        """Yield the methods that there is code for, in the order of the protos."""
        configuring = (self.frontends, self.backends, self.config, self.haproxy, self.registry)
        telling = (self.stats, self.activity)
        for service, servicer in zip(DESCRIPTORS, (*configuring, *telling), strict=True):
            yield from methods_of(service, servicer)


def methods_of(service: ServiceDescriptor, servicer: object) -> Iterator[Method]:
    """Yield the methods that `servicer` has code for; what stands in for the others is no coroutine."""
    for descriptor in service.methods:
        function = getattr(servicer, descriptor.name)
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            yield Method(descriptor, function)
