"""An authoritative name server on loopback, whose answers tests set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from aqueduct.settings import DnsServer

SOA = "ns.test. admin.test. 1 3600 600 86400"


class Zone(asyncio.DatagramProtocol):
    """Records of `test.`, in the master file's words: `web.test. 30 A 10.0.0.1`."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.additional: list[str] = []
        """What is sent along with each answer."""
        self.rcode: dns.rcode.Rcode | None = None
        """What is answered in place of records, if it is set."""
        self.is_silent = False
        """Queries are kept until `answer_kept`."""
        self._kept: list[tuple[dns.message.Message, Any]] = []
        self.negative_ttl = 3
        self.asked: list[str] = []
        self._more = asyncio.Event()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str | object, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        self.asked.append(f"{question.name} {dns.rdatatype.to_text(question.rdtype)}")
        self._more.set()
        self._kept.append((query, address))
        if not self.is_silent:
            self.answer_kept()

    def answer_kept(self) -> None:
        """Answer the queries that were not answered yet."""
        kept, self._kept = self._kept, []
        for query, address in kept:
            self._transport.sendto(self._answer(query).to_wire(), address)

    async def next_question(self) -> str:
        """Return the next question, in order."""
        while not self.asked:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 20)
        return self.asked.pop(0)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if self.rcode is not None:
            response.set_rcode(self.rcode)
            return response
        question = query.question[0]
        named = self._named(question.name)
        for each in named:
            if each.rdtype == dns.rdatatype.CNAME:
                response.answer.append(each)
                named += self._named(each[0].target)
            elif each.rdtype == question.rdtype:
                response.answer.append(each)
        for record in self.additional:
            response.additional.append(_rrset(record))
        if not response.answer:
            response.authority.append(
                dns.rrset.from_text("test.", self.negative_ttl, "IN", "SOA", f"{SOA} 60")
            )
            response.set_rcode(dns.rcode.NOERROR if named else dns.rcode.NXDOMAIN)
        return response

    def _named(self, name: dns.name.Name) -> list[dns.rrset.RRset]:
        """Return the records of that name, those of one type together."""
        sets: dict[dns.rdatatype.RdataType, dns.rrset.RRset] = {}
        for each in map(_rrset, self.records):
            if each.name == name:
                sets.setdefault(each.rdtype, each).add(each[0])
        return list(sets.values())


def _rrset(record: str) -> dns.rrset.RRset:
    name, ttl, kind, rest = record.split(maxsplit=3)
    return dns.rrset.from_text(name, int(ttl), "IN", kind, rest)


@asynccontextmanager
async def serving(zone: Zone) -> AsyncIterator[DnsServer]:
    """Serve `zone` on a free port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: zone, local_addr=("127.0.0.1", 0))
    try:
        yield DnsServer(*transport.get_extra_info("sockname"))
    finally:
        transport.close()
