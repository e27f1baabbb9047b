"""What the audiences read about their interfaces: committed, complete, and served without a CDN."""

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from services.gateway.api.documents import AUDIENCES, openapi_documents
from tests.service.gateway.house import House

COMMITTED = Path(__file__).parents[2] / "contracts" / "openapi"
METHODS = {"get", "post", "put", "delete"}


@pytest.mark.parametrize("audience", sorted(AUDIENCES))
def test_the_committed_document_is_that_of_the_code(audience: str) -> None:
    """`make openapi` rewrites it; the difference shows a reviewer what clients will see."""
    committed = json.loads((COMMITTED / f"{audience}.json").read_text("utf-8"))
    assert committed == openapi_documents()[audience]


@pytest.mark.parametrize("audience", sorted(AUDIENCES))
def test_every_document_is_valid(audience: str) -> None:
    validate(openapi_documents()[audience])


@pytest.mark.parametrize("audience", sorted(AUDIENCES))
def test_every_operation_says_what_it_is_and_how_it_refuses(audience: str) -> None:
    paths = openapi_documents()[audience]["paths"]
    found = [one for path in paths.values() for method, one in path.items() if method in METHODS]
    assert found
    for operation in found:
        assert " / " in operation["summary"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert "security" in operation
        assert "422" not in operation["responses"]


def test_an_audience_reads_of_its_own_addresses_alone() -> None:
    for name, document in openapi_documents().items():
        assert document["paths"]
        assert all(path.startswith(f"/api/{name}/v1/") for path in document["paths"])


@pytest.mark.asyncio
@pytest.mark.parametrize("audience", sorted(AUDIENCES))
async def test_the_pages_load_nothing_from_elsewhere(house: House, audience: str) -> None:
    async with house.client() as client:
        for path in ("/", f"/api/{audience}/v1/docs"):
            page = await client.get(path)
            assert page.status_code == 200
            assert page.headers["content-security-policy"].startswith("default-src 'self'")
            assert "//" not in page.text.replace("<!doctype html>", "")
            for loaded in re.findall(r'(?:src|href|data-document)="([^"]+)"', page.text):
                if loaded not in {"/readyz", "/metrics"}:  # they belong to the host
                    assert (await client.get(loaded)).status_code == 200, loaded


@pytest.mark.asyncio
async def test_the_served_document_is_the_committed_one(house: House) -> None:
    answer = await house.call(None, "GET", "/api/intake/v1/openapi.json")
    assert answer.json() == openapi_documents()["intake"]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/api/nobody/v1/docs", "/api/nobody/v1/openapi.json", "/docs-assets/x.js"])
async def test_an_unknown_page_is_a_404(house: House, path: str) -> None:
    answer = await house.call(None, "GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
