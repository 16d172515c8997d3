"""DNS as a source, against a real name server on loopback."""

import asyncio
from collections.abc import AsyncIterator

import dns.rcode
import dns.resolver
import pytest

from aqueduct.discovery.dns import LONGEST, LONGEST_NONE, RETRY, SHORTEST, Dns
from aqueduct.discovery.queries import Template
from aqueduct.errors import ConfigurationError
from aqueduct.ports.discovery import Service
from aqueduct.settings import DnsServer

from .doubles import WEB, Heard, ManualClock, running
from .zone import Zone, serving

ADDRESSES, SRV = "{name}.{version}.test:80", "_{name}._tcp.test"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def zone() -> Zone:
    return Zone()


@pytest.fixture
async def server(zone: Zone) -> AsyncIterator[DnsServer]:
    async with serving(zone) as server:
        yield server


class Asked:
    """A running source, and what it tells."""

    def __init__(self, source: Dns, clock: ManualClock, heard: Heard) -> None:
        self.source = source
        self.clock = clock
        self.heard = heard

    async def next(self) -> str:
        return await self.heard.next()

    async def after(self, seconds: float) -> str:
        """Return what is told when so much time has passed."""
        self.clock.advance(seconds)
        self.source._wake.set()
        return await self.next()

    async def pause(self) -> float:
        """Return in how many seconds it asks again."""
        while (due := self.source._times.next()) is None:
            await asyncio.sleep(0)
        return due - self.clock.now


@pytest.fixture
async def asked(
    request: pytest.FixtureRequest, server: DnsServer, clock: ManualClock
) -> AsyncIterator[Asked]:
    """Run a source with the template that the test names, by default addresses and a port."""
    template = getattr(request, "param", ADDRESSES)
    source, heard = Dns(Template.parse(template), [server], clock, patience=0.5), Heard()
    async with running(source, heard):
        yield Asked(source, clock, heard)


srv = pytest.mark.parametrize("asked", [SRV], indirect=True)


class TestAddresses:
    async def test_all_addresses_are_members_with_the_port(self, asked: Asked, zone: Zone) -> None:
        zone.records = [
            "web.1.0.0.test. 30 A 10.0.0.2",
            "web.1.0.0.test. 30 A 10.0.0.1",
            "web.1.0.0.test. 20 AAAA 2001:db8:0::1",
        ]
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: 10.0.0.1:80 10.0.0.2:80 2001:db8::1:80"
        assert await asked.pause() == 20
        member = next(each for each in asked.heard.members[WEB] if each.host == "10.0.0.1")
        assert (member.id, member.name, member.version) == ("/web/1.0.0/10.0.0.1/80", *WEB)
        assert (member.last_known, member.HasField("weight")) == (0, False)

    async def test_it_asks_again_when_the_records_are_over(self, asked: Asked, zone: Zone) -> None:
        zone.records = ["web.1.0.0.test. 30 A 10.0.0.1"]
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: 10.0.0.1:80"
        zone.records = ["web.1.0.0.test. 30 A 10.0.0.2"]
        await asked.pause()
        zone.asked.clear()
        asked.clock.advance(29)
        asked.source._wake.set()
        assert await asked.pause() == 1
        assert zone.asked == []
        assert await asked.after(1) == "web 1.0.0: 10.0.0.2:80"

    @pytest.mark.parametrize(("ttl", "pause"), [(0, SHORTEST), (45, 45), (86_400, LONGEST)])
    async def test_times_to_live_have_a_floor_and_a_ceiling(
        self, asked: Asked, zone: Zone, ttl: int, pause: float
    ) -> None:
        zone.records = [f"web.1.0.0.test. {ttl} A 10.0.0.1"]
        asked.source.follow(WEB)
        await asked.next()
        assert await asked.pause() == pause

    @pytest.mark.parametrize(("ttl", "pause"), [(3, 3), (3_600, LONGEST_NONE)])
    @pytest.mark.parametrize("records", [[], ["web.1.0.0.test. 30 TXT hello"]])
    async def test_no_name_and_no_records_are_an_answer_of_none(
        self, asked: Asked, zone: Zone, records: list[str], ttl: int, pause: float
    ) -> None:
        zone.records, zone.negative_ttl = records, ttl
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: none"
        assert await asked.pause() == pause

    async def test_an_alias_is_followed(self, asked: Asked, zone: Zone) -> None:
        zone.records = ["web.1.0.0.test. 9 CNAME other.test.", "other.test. 30 A 10.0.0.1"]
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: 10.0.0.1:80"
        assert await asked.pause() == 9


class TestTrouble:
    async def test_a_server_that_fails_is_a_trouble_and_asked_again(self, asked: Asked, zone: Zone) -> None:
        zone.records = ["web.1.0.0.test. 30 A 10.0.0.1"]
        zone.rcode = dns.rcode.SERVFAIL
        asked.source.follow(WEB)
        told = await asked.next()
        assert told.startswith("web 1.0.0 in trouble: ")
        assert "SERVFAIL" in told
        assert await asked.pause() == RETRY
        zone.rcode = None
        assert await asked.after(RETRY) == "web 1.0.0: 10.0.0.1:80"

    async def test_one_that_refuses_as_well(self, asked: Asked, zone: Zone) -> None:
        zone.rcode = dns.rcode.REFUSED
        asked.source.follow(WEB)
        assert "REFUSED" in await asked.next()

    async def test_one_that_is_silent_as_well(self, asked: Asked, zone: Zone) -> None:
        zone.is_silent = True
        asked.source.follow(WEB)
        told = await asked.next()
        assert told.startswith("web 1.0.0 in trouble: ")
        assert "timed out" in told
        assert "\n" not in told

    async def test_a_service_without_a_name_in_dns_is_told(self, asked: Asked) -> None:
        asked.source.follow(Service("a b", "1"))
        assert await asked.next() == "a b 1 in trouble: 'a b.1.test' is no name in DNS"

    async def test_one_in_trouble_holds_up_no_other(self, asked: Asked, zone: Zone) -> None:
        zone.records = ["api.1.test. 30 A 10.0.0.9"]
        asked.source.follow(Service("a b", "1"))
        asked.source.follow(Service("api", "1"))
        assert {await asked.next(), await asked.next()} == {
            "a b 1 in trouble: 'a b.1.test' is no name in DNS",
            "api 1: 10.0.0.9:80",
        }


class TestServices:
    @srv
    async def test_targets_are_resolved_each_with_its_port(self, asked: Asked, zone: Zone) -> None:
        zone.records = [
            "_web._tcp.test. 60 SRV 0 5 81 one.test.",
            "_web._tcp.test. 60 SRV 0 5 82 two.test.",
            "_web._tcp.test. 60 SRV 9 5 83 spare.test.",
            "one.test. 40 A 10.0.0.1",
            "two.test. 50 A 10.0.0.2",
            "two.test. 50 AAAA ::2",
            "spare.test. 1 A 10.0.0.3",
        ]
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: 10.0.0.1:81 10.0.0.2:82 ::2:82"
        assert await asked.pause() == 40

    @srv
    async def test_addresses_that_come_along_are_taken(self, asked: Asked, zone: Zone) -> None:
        zone.records = ["_web._tcp.test. 60 SRV 0 5 81 one.test."]
        zone.additional = ["one.test. 30 A 10.0.0.1", "other.test. 1 A 10.0.0.2"]
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: 10.0.0.1:81"
        assert (zone.asked, await asked.pause()) == (["_web._tcp.test. SRV"], 30)

    @srv
    @pytest.mark.parametrize(
        ("weights", "members"),
        [
            ((33, 33), "10.0.0.0:80 10.0.0.1:80"),
            ((0, 0), "10.0.0.0:80 10.0.0.1:80"),
            ((1, 3), "10.0.0.0:80*1 10.0.0.1:80*3"),
            ((0, 3), "10.0.0.0:80*1 10.0.0.1:80*3"),
            ((100, 51_200), "10.0.0.0:80*1 10.0.0.1:80*256"),
            ((25_600, 51_200), "10.0.0.0:80*128 10.0.0.1:80*256"),
        ],
    )
    async def test_weights_that_differ_are_those_of_members(
        self, asked: Asked, zone: Zone, weights: tuple[int, int], members: str
    ) -> None:
        for count, weight in enumerate(weights):
            zone.records += [
                f"_web._tcp.test. 60 SRV 0 {weight} 80 t{count}.test.",
                f"t{count}.test. 60 A 10.0.0.{count}",
            ]
        asked.source.follow(WEB)
        assert await asked.next() == f"web 1.0.0: {members}"

    @srv
    async def test_a_target_of_nothing_says_that_there_is_none(self, asked: Asked, zone: Zone) -> None:
        zone.records = ["_web._tcp.test. 60 SRV 0 0 0 ."]
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: none"

    @srv
    async def test_a_target_without_an_address_is_no_member(self, asked: Asked, zone: Zone) -> None:
        zone.records = [
            "_web._tcp.test. 60 SRV 0 1 80 gone.test.",
            "_web._tcp.test. 60 SRV 0 1 80 one.test.",
            "one.test. 60 A 10.0.0.1",
        ]
        asked.source.follow(WEB)
        assert await asked.next() == "web 1.0.0: 10.0.0.1:80"


class TestFollowing:
    async def test_what_is_left_is_asked_for_no_more(self, asked: Asked, zone: Zone) -> None:
        zone.is_silent = True
        asked.source.follow(WEB)
        asked.source.follow(WEB)
        for _ in range(2):  # A and AAAA
            await zone.next_question()
        asked.source.leave(WEB)
        asked.source.leave(WEB)
        zone.is_silent = False
        zone.answer_kept()
        asked.source.follow(Service("api", "1"))
        assert await asked.next() == "api 1: none"
        asked.clock.advance(LONGEST)
        asked.source._wake.set()
        assert await asked.next() == "api 1: none"

    async def test_it_runs_again_after_it_was_ended(
        self, server: DnsServer, zone: Zone, clock: ManualClock
    ) -> None:
        zone.records = ["web.1.0.0.test. 30 A 10.0.0.1"]
        source = Dns(Template.parse(ADDRESSES), [server], clock)
        source.follow(WEB)
        for _ in range(2):
            heard = Heard()
            async with running(source, heard):
                assert await heard.next() == "web 1.0.0: 10.0.0.1:80"

    async def test_the_second_server_is_asked_where_the_first_fails(
        self, server: DnsServer, zone: Zone, clock: ManualClock
    ) -> None:
        failing = Zone()
        failing.rcode = dns.rcode.SERVFAIL
        zone.records = ["web.1.0.0.test. 30 A 10.0.0.1"]
        async with serving(failing) as first:
            source, heard = Dns(Template.parse(ADDRESSES), [first, server], clock), Heard()
            source.follow(WEB)
            async with running(source, heard):
                assert await heard.next() == "web 1.0.0: 10.0.0.1:80"

    async def test_no_server_at_all_is_told_at_the_start(
        self, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unreadable(*_: object) -> None:
            raise dns.resolver.NoResolverConfiguration

        monkeypatch.setattr(dns.resolver.BaseResolver, "read_resolv_conf", unreadable)
        with pytest.raises(ConfigurationError, match="no name server is known"):
            Dns(Template.parse(ADDRESSES), [], clock)
