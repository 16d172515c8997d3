"""What is promised beyond the original: tags and preconditions, plans, pages, streams, the other paths."""

import json
from typing import Any

import pytest

from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend
from aqueduct.v1.config_pb2 import ApplyRequest, Change

from .site import JSON, Reply, Site

pytestmark = pytest.mark.asyncio(loop_scope="package")


def live(**fields: Any) -> dict[str, Any]:
    return {"type": "static", **fields}


async def put(site: Site, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.ask("PUT", "/backends/live", live(), {**JSON, **named})


class TestTags:
    async def test_reads(self, site: Site) -> None:
        tag = (await put(site)).headers["ETag"]
        reply = await site.ask("GET", "/backends/live")
        assert reply.headers["ETag"] == tag
        revision = reply.json["revision"]
        assert tag.startswith(f'"{revision}-')
        for verb in ("GET", "HEAD"):
            reply = await site.ask(verb, "/backends/live", headers={"If-None-Match": f'"x", W/{tag}'})
            assert (reply.status, reply.body, reply.headers["ETag"]) == (304, b"", tag)
        assert (await site.ask("GET", "/backends/live", headers={"If-Match": tag})).status == 200
        assert (await site.ask("GET", "/backends/live", headers={"If-Match": '"x"'})).status == 412

    @pytest.mark.parametrize("path", ["/backends", "/backends/live/members", "/haproxy/config", "/v1/config"])
    async def test_what_changes_has_another(self, site: Site, path: str) -> None:
        await put(site)
        tag = (await site.ask("GET", path)).headers["ETag"]
        assert (await site.ask("GET", path, headers={"If-None-Match": tag})).status == 304
        members = [site.here({"host": "127.0.0.1", "port": 8081})]
        await site.ask("PUT", "/backends/live", live(members=members))
        assert (await site.ask("GET", path, headers={"If-None-Match": tag})).status == 200

    async def test_what_members_do_changes_it_too(self, site: Site) -> None:
        member = site.here({"host": "127.0.0.1", "port": 8081})
        await site.ask("PUT", "/backends/live", live(members=[member]))
        await site.settled()
        before = await site.ask("GET", "/backends/live")
        path = f"/v1/backends/live/members/127.0.0.1:{member['port']}:setState"
        assert (await site.ask("POST", path, {"state": "drain"})).status == 200
        after = await site.ask("GET", "/backends/live")
        assert after.json["members"][0]["adminState"] == "drain"
        assert after.json["revision"] == before.json["revision"]
        assert after.headers["ETag"] != before.headers["ETag"]
        kept = {
            **JSON,
            "If-Match": before.headers["ETag"],
        }  # of the same revision: nobody else has changed it
        assert (await site.ask("PUT", "/backends/live", live(balance="source"), kept)).status == 200


class TestPreconditions:
    async def test_a_tag(self, site: Site) -> None:
        first = (await put(site)).headers["ETag"]
        changed = await site.ask("PUT", "/backends/live", live(balance="source"), {**JSON, "If-Match": first})
        assert changed.status == 200
        for verb, body in (("PUT", live()), ("DELETE", None)):
            reply = await site.ask(verb, "/backends/live", body, {**JSON, "If-Match": first})
            assert (reply.status, reply.json["status"], reply.reason) == (
                412,
                "ABORTED",
                "PRECONDITION_FAILED",
            )
        revision = changed.json["revision"]
        deleted = await site.ask("DELETE", "/backends/live", headers={"If-Match": f'"{revision}"'})
        assert (deleted.status, deleted.json["id"]) == (200, "backend/live")

    async def test_several_tags(self, site: Site) -> None:
        tag = (await put(site)).headers["ETag"]
        assert (await put(site, If_Match=f'"99999", {tag}')).status == 200
        assert (await put(site, If_Match='"99999", "99998"')).status == 412
        assert (await put(site, If_Match=f"W/{tag}")).status == 412

    async def test_something_or_nothing(self, site: Site) -> None:
        assert (await put(site, If_Match="*")).status == 412
        assert (await put(site, If_Match='"7"')).status == 412
        assert (await put(site, If_None_Match="*")).status == 200
        assert (await put(site, If_None_Match="*")).status == 412
        assert (await put(site, If_Match="*")).status == 200
        tag = (await put(site)).headers["ETag"]
        assert (await put(site, If_None_Match=tag)).status == 412
        assert (await put(site, If_None_Match='"99999"')).status == 200
        assert (await site.ask("DELETE", "/backends/nope", headers={"If-Match": "*"})).status == 412
        reply = await site.ask("PUT", "/backends/nope", live(), {**JSON, "If-Match": '"0"'})
        assert reply.status == 412

    async def test_in_the_query_the_conflict_is_no_precondition_of_http(self, site: Site) -> None:
        reply = await site.ask("PUT", "/backends/live?expected_revision=7", live())
        assert (reply.status, reply.json["status"], reply.reason) == (409, "ABORTED", "REVISION_MISMATCH")

    @pytest.mark.parametrize(
        ("verb", "path"),
        [
            ("PUT", "/backends/live?expected_revision=7"),
            ("POST", "/v1/revisions:compact"),
            ("POST", "/v1/config:apply"),
        ],
    )
    async def test_where_they_say_nothing(self, site: Site, verb: str, path: str) -> None:
        reply = await site.ask(verb, path, {}, {**JSON, "If-Match": '"7"'})
        assert (reply.status, reply.reason) == (400, "MALFORMED_REQUEST")


class TestWrites:
    async def test_how_it_was_applied_is_in_headers(self, site: Site) -> None:
        reply = await put(site)
        assert json.loads(reply.headers["Aqueduct-Apply"])["reason"] == "backend live added"
        assert reply.headers["Aqueduct-Revision"] == str(reply.json["revision"])
        assert reply.headers["Content-Location"] == "/backends/live"
        deleted = await site.ask("DELETE", "/backends/live")
        assert "ETag" not in deleted.headers

    async def test_it_may_be_tried_only(self, site: Site) -> None:
        reply = await site.ask("PUT", "/backends/live?validate_only", live())
        assert reply.status == 200
        assert reply.json["backend"]["key"] == "live"
        assert reply.json["plan"]["reason"] == "backend live added"
        assert "+backend live" in reply.json["plan"]["configDiff"]
        assert (await site.ask("GET", "/backends/live")).status == 404

    async def test_parameters(self, site: Site) -> None:
        path = "/backends/live?wait_for=commit&annotation.author=me&annotation.message=because"
        reply = await site.ask("PUT", path, live())
        assert reply.status == 200
        assert "Aqueduct-Apply" not in reply.headers
        newest = (await site.ask("GET", "/v1/revisions?page_size=1")).json[0]
        assert newest["annotation"] == {"author": "me", "message": "because"}
        reply = await site.ask("PUT", "/backends/live?annotation.author=%0A&wait_for=never&x=1", live())
        assert reply.fields.keys() == {"wait_for", "x"}

    async def test_fields_are_named_as_they_were_written(self, site: Site) -> None:
        body = live(members=[{"host": "127.0.0.1", "port": 99_999}], health={"httpVersion": "HTTP/1.1"})
        reply = await site.ask("PUT", "/backends/live", body)
        assert reply.fields.keys() >= {"members[0].port", "host"}
        assert "members[0].port: " in reply.json["message"]
        change = {"changes": [{"putBackend": {"key": "a", **body}}]}
        reply = await site.ask("POST", "/v1/config:apply", change)
        assert "changes[0].putBackend.members[0].port" in reply.fields

    async def test_what_haproxy_refuses_is_told_in_its_words(self, site: Site) -> None:
        reply = await site.ask("PUT", "/backends/live", live(natives=["nonsense"]))
        assert (reply.status, reply.reason) == (400, "REJECTED_BY_HAPROXY")
        assert "nonsense" in reply.fields["natives[0]"]

    async def test_what_get_gives_put_takes_wherever_it_is_put(self, site: Site) -> None:
        await put(site)
        got = (await site.ask("GET", "/backends/live")).json
        reply = await site.ask("POST", "/v1/config:apply", {"changes": [{"putBackend": got}]})
        assert (reply.status, reply.json["revision"]) == (200, got["revision"])

    async def test_a_deadline(self, site: Site) -> None:
        """A switch to members that are not there waits for them: longer than the caller does."""
        member = site.here({"host": "127.0.0.1", "port": 8081})
        await site.ask("PUT", "/backends/live", live(members=[member]))
        await site.settled()
        dead = {"host": "127.0.0.1", "port": site.ports[8080]}
        reply = await site.ask(
            "PUT", "/backends/live", live(members=[dead]), {**JSON, "Request-Timeout": "0.3"}
        )
        assert (reply.status, reply.reason) == (504, "TIMED_OUT")


class TestLists:
    async def test_all_of_it_unless_a_page_is_asked_for(self, site: Site) -> None:
        keys = [f"b{number:04}" for number in range(1_100)]
        backends = [Backend(key=key, type=BACKEND_TYPE_STATIC) for key in keys]
        changes = [Change(put_backend=backend) for backend in backends]
        await site.aqueduct.config.Apply(ApplyRequest(changes=changes, wait_for="WAIT_FOR_COMMIT"))
        assert [each["key"] for each in (await site.ask("GET", "/backends")).json] == keys
        found: list[str] = []
        path = "/backends?page_size=500"
        while path:
            reply = await site.ask("GET", path)
            found += [each["key"] for each in reply.json]
            link = reply.headers.get("Link", "")
            path = link.removeprefix("<").removesuffix('>; rel="next"')
            assert link == (f'<{path}>; rel="next"' if path else "")
        assert found == keys
        assert (await site.ask("GET", "/backends?page_token=x")).fields.keys() == {"page_token"}


class TestTheRest:
    async def test_config_as_json(self, site: Site) -> None:
        text = (await site.ask("GET", "/haproxy/config")).body.decode()
        assert (await site.ask("GET", "/haproxy/config", headers={"Accept": "application/json"})).json == text

    async def test_info_and_status(self, site: Site) -> None:
        assert (await site.ask("GET", "/v1/haproxy/info")).json["version"]
        assert (await site.ask("GET", "/v1/status")).json["haproxyState"] == "running"

    async def test_history(self, site: Site) -> None:
        await put(site)
        newest = (await site.ask("GET", "/v1/revisions?page_size=1")).json[0]["revision"]
        revision = (await site.ask("GET", f"/v1/revisions/{newest}")).json
        assert revision["changes"][0]["after"]["backend"]["key"] == "live"
        diff = await site.ask("GET", f"/v1/revisions:diff?from_revision={newest - 1}&resources=backends/live")
        assert "+backend live" in diff.json["configDiff"]
        restored = await site.ask(
            "POST", f"/v1/revisions/{newest - 1}:restore", {"resources": ["backends/live"]}
        )
        assert [change["deleteBackend"] for change in restored.json["changes"]] == ["live"]

    async def test_registrations_are_told_as_they_come_and_go(self, site: Site) -> None:
        async with site.client.get(f"{site.url}/v1/registrations:watch?name=fresh") as response:
            assert response.headers["Content-Type"] == "application/x-ndjson"
            assert json.loads(await response.content.readline()) == {}
            registration = {"name": "fresh", "version": "1", "host": "127.0.0.1", "port": 7}
            assert (await site.ask("PUT", "/v1/registrations", {"registration": registration})).status == 200
            told = json.loads(await response.content.readline())
            identity = told["registered"][0]["id"]
            assert (await site.ask("DELETE", f"/v1/registrations/{identity}")).status == 200
            assert json.loads(await response.content.readline()) == {"deregistered": [identity]}

    async def test_a_version_is_switched(self, site: Site) -> None:
        body = {"type": "dynamic", "name": "goldapp", "version": "1.0.0"}
        await site.ask("PUT", "/backends/app", body)
        await site.settled()
        reply = await site.ask("POST", "/backends/app?wait_for=serving", {"version": "2.0.0"})
        assert (reply.status, reply.json["version"]) == (200, "2.0.0")
        reply = await site.ask("POST", "/backends/app", {"version": "9"})
        assert (reply.status, reply.json["status"], reply.reason) == (
            400,
            "FAILED_PRECONDITION",
            "NO_MEMBERS",
        )
        assert (await site.ask("POST", "/backends/app", {"version": "9", "allowEmpty": True})).status == 200
