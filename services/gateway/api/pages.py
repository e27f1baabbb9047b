"""What a person sees in a browser: where everything stands, and the interfaces' documentation, without a CDN."""

from html import escape
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.gateway.api.access import Reading
from services.gateway.api.documents import AUDIENCES, Audience, document_of
from shared.kernel.errors import NotFound
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

# Swagger UI sets styles on its elements and draws its icons from data URLs.
_POLICY: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
_CACHED: Final = {"Cache-Control": "public, max-age=86400"}
_START: Final = """\
"use strict";
window.addEventListener("load", () => {
  const place = document.getElementById("swagger");
  SwaggerUIBundle({ url: place.dataset.document, domNode: place, deepLinking: true, validatorUrl: null });
});
"""
_ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}


@router.get("/")
async def index(_: Reading) -> HTMLResponse:
    items = "".join(
        f'<li>{escape(one.title)}：<a href="/api/{one.name}/v1/docs">/api/{one.name}/v1/docs</a></li>'
        for one in AUDIENCES.values()
    )
    return HTMLResponse(_page("劳动争议预警", f"{_INTRODUCTION}<ul>{items}</ul>{_STANDING}"), headers=_POLICY)


@router.get("/docs-assets/{name}")
async def asset(name: str, _: Reading) -> Response:
    if name == "start.js":
        return Response(_START, media_type="text/javascript", headers=_CACHED)
    if name not in _ASSETS:
        raise NotFound
    content = (files("fastapi_offline") / "static" / name).read_bytes()
    return Response(content, media_type=_ASSETS[name], headers=_CACHED)


@router.get("/api/{audience}/v1/docs")
async def documentation(audience: str, _: Reading) -> HTMLResponse:
    known = _known(audience)
    body = (
        f'<div id="swagger" data-document="/api/{known.name}/v1/openapi.json"></div>'
        '<script src="/docs-assets/swagger-ui-bundle.js"></script><script src="/docs-assets/start.js"></script>'
    )
    head = '<link rel="stylesheet" href="/docs-assets/swagger-ui.css">'
    return HTMLResponse(_page(known.title, body, head), headers=_POLICY)


@router.get("/api/{audience}/v1/openapi.json")
async def document(audience: str, _: Reading) -> dict[str, object]:
    return document_of(_known(audience))


def _known(name: str) -> Audience:
    if name not in AUDIENCES:
        raise NotFound
    return AUDIENCES[name]


def _page(title: str, body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)}</title><link rel="icon" href="/docs-assets/favicon.png">{head}</head>'
        f"<body>{body}</body></html>"
    )


_INTRODUCTION: Final = (
    "<h1>劳动争议预警</h1>"
    "<p>各部门报送的信号在此汇成红色、橙色预警，并立即分派到人。以下为各类用户的接口与文档。</p>"
    '<p lang="en">Labour-dispute early warning: departments’ signals become red and orange warnings, each with an '
    "owner and a clock. The interfaces and their documentation:</p>"
)
_STANDING: Final = (
    '<p>运行状态 / health：<a href="/healthz">/healthz</a> · <a href="/readyz">/readyz</a> · '
    '<a href="/metrics">/metrics</a></p>'
)
