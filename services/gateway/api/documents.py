"""One OpenAPI document per audience, made from that audience's routes alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.gateway.api import (
    administration,
    auth,
    dashboard,
    federation,
    federation_desk,
    inspection,
    intake,
    mediation,
    mobile,
    notifications,
    organisations,
)
from services.gateway.api.describing import DESCRIBED, REFERENCE
from services.gateway.api.partner_signature import SCHEME, PartnerSignature
from shared.web.errors import PROBLEM_TYPE, Problem
from shared.web.guard import GuardedRoute, Require

VERSION = "1.0.0"
_BEARER = "bearer"
_SCHEMES: Mapping[str, dict[str, str]] = {
    _BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    SCHEME: {"type": "http", "scheme": "signature", "description": PartnerSignature.PROFILE},
}
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a document, and the routes that are theirs."""

    name: str
    title: str
    routers: Sequence[APIRouter]


AUDIENCES: Mapping[str, Audience] = {
    audience.name: audience
    for audience in (
        Audience("auth", "登录与令牌 / Login and tokens", (auth.router,)),
        Audience("mobile", "网格员接口 / Grid coordinators", (mobile.router,)),
        Audience(
            "dashboard",
            "监察与管理接口 / Inspectorate and officers",
            (dashboard.router, administration.router, organisations.router, federation_desk.router),
        ),
        Audience("mediation", "调解接口 / Mediators", (mediation.router,)),
        Audience("inspection", "监察员接口 / Labour inspectors", (inspection.router,)),
        Audience("notifications", "通知 / Notifications", (notifications.router,)),
        Audience("intake", "部门数据接入接口 / Departments' intake", (intake.router,)),
        Audience("federation", "友好仲裁院接口 / Partner institutions", (federation.router,)),
    )
}


def openapi_documents() -> dict[str, Document]:
    """Return every audience's document by its name."""
    return {name: document_of(audience) for name, audience in AUDIENCES.items()}


def document_of(audience: Audience) -> Document:
    """Return one audience's document."""
    routes = [route for router in audience.routers for route in router.routes]
    document = get_openapi(
        title=f"劳动争议预警 · {audience.title}",
        version=VERSION,
        routes=routes,
        separate_input_output_schemas=False,
    )
    for route in routes:
        if isinstance(route, GuardedRoute):
            _complete(document["paths"][route.path_format], route)
    _add_schemas(document)
    return document


def _complete(path: dict[str, Any], route: GuardedRoute) -> None:
    """Say who may call an operation, and that every refusal is a problem."""
    scheme = _scheme(route)
    for method in route.methods or ():
        operation = path[method.lower()]
        operation["security"] = [{scheme: []}] if scheme else []
        responses: dict[str, Any] = operation["responses"]
        responses.pop("422", None)
        if scheme == _BEARER:
            responses["401"] = _problem("未登录或令牌失效 / No valid access token")
            responses["403"] = _problem("角色无权访问 / The role may not do this")
        if scheme == SCHEME:
            responses["401"] = _problem("签名无效 / No valid signature")
            responses["403"] = _problem("未获授权或已暂停 / No grant, or suspended")
        responses["default"] = _problem("拒绝的原因与办法 / Why it was refused, and what to do")


def _scheme(route: GuardedRoute) -> str | None:
    match route.guard:
        case Require():
            return _BEARER
        case PartnerSignature():
            return SCHEME
        case _:
            return None


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model=Problem.__name__)}
    return {"description": description, "content": {PROBLEM_TYPE: {"schema": schema}}}


def _add_schemas(document: Document) -> None:
    components: dict[str, Any] = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    wanted: list[type[BaseModel]] = [*_described_in(document["paths"]), Problem]
    _, defined = models_json_schema([(model, "validation") for model in wanted], ref_template=REFERENCE)
    components["schemas"] = dict(sorted((schemas | defined["$defs"]).items()))
    components["securitySchemes"] = _schemes_in(document["paths"])


def _schemes_in(paths: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the schemes of the operations; the bearer's stands in every document that people log in for."""
    signed = any(
        SCHEME in scheme
        for operations in paths.values()
        for operation in operations.values()
        for scheme in operation["security"]
    )
    name = SCHEME if signed else _BEARER
    return {name: _SCHEMES[name]}


def _described_in(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[type[BaseModel]]:
    """Yield the models of bodies that the routes read by themselves."""
    for operations in paths.values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield DESCRIBED[content["schema"]["$ref"].rpartition("/")[2]]
