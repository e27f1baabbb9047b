"""The manifests: valid, complete, and confined in both overlays."""

import copy
import re
from typing import Any

import jsonschema
import pytest
import yaml

from services.catalog import SPECS
from tests.deploy import validity
from tests.deploy.catalogue import (
    PAIRS,
    ROOT,
    heard_by,
    partitions,
    secret_looking,
    services_of,
    settings_names,
)
from tests.deploy.rendering import OVERLAYS, Object, chosen, container, of_kind, pods, rendered

pytestmark = pytest.mark.parametrize("overlay", OVERLAYS)
DRAIN_AND_STOP_SECONDS = 10 + 5


def test_every_object_is_valid(overlay: str) -> None:
    objects = rendered(overlay)
    assert len(objects) > 40
    for one in objects:
        validity.check(one)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("HorizontalPodAutoscaler", ("spec", "maxReplicas"), "3"),
        ("Deployment", ("spec", "replica"), 2),
        ("ScaledObject", ("spec", "maxReplicaCount"), "4"),
        ("ScaledObject", ("spec", "maxReplicas"), 4),
        ("TriggerAuthentication", ("spec", "secretTargetRef", 0, "secret"), "x"),
    ],
)
def test_a_wrong_object_is_found(overlay: str, kind: str, path: tuple[Any, ...], value: object) -> None:
    one = copy.deepcopy(next(iter(of_kind(overlay, kind).values())))
    place: Any = one
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        validity.check(one)


def test_an_unknown_kind_is_no_object(overlay: str) -> None:
    one = {**rendered(overlay)[0], "apiVersion": "example.org/v1", "kind": "Wonder"}
    with pytest.raises(validity.UnknownKind):
        validity.check(one)


def test_every_service_runs_in_every_role(overlay: str) -> None:
    deployments = of_kind(overlay, "Deployment")
    assert sorted(deployments) == sorted(f"{service}-{role}" for service, role in PAIRS)
    commands = [container(one["spec"]["template"])["args"] for one in deployments.values()]
    assert sorted(services_of(commands)) == sorted(PAIRS)


def test_every_service_is_migrated(overlay: str) -> None:
    jobs = of_kind(overlay, "Job")
    for service in SPECS:
        assert container(jobs[f"{service}-migrate"]["spec"]["template"])["args"] == ["migrate", service]
    assert set(jobs) == {*(f"{service}-migrate" for service in SPECS), "topics"}


def test_every_pod_can_do_little(overlay: str) -> None:
    for name, pod in pods(overlay):
        spec, only = pod["spec"], container(pod)
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert only["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert {"cpu", "memory"} == set(only["resources"]["requests"]) == set(only["resources"]["limits"]), (
            name
        )
        assert re.fullmatch(r"[\w./-]+:(?!latest)[\w.-]+(@sha256:[0-9a-f]{64})?", only["image"]), name


def test_every_deployment_can_be_relied_on(overlay: str) -> None:
    budgets = of_kind(overlay, "PodDisruptionBudget")
    for name, one in of_kind(overlay, "Deployment").items():
        pod = one["spec"]["template"]
        labels, only = pod["metadata"]["labels"], container(pod)
        assert "replicas" not in one["spec"], "who scales it says how many"
        assert budgets[name]["spec"] == {"maxUnavailable": 1, "selector": one["spec"]["selector"]}
        assert chosen(one["spec"]["selector"], labels)
        (spread,) = pod["spec"]["topologySpreadConstraints"]
        assert spread["labelSelector"] == one["spec"]["selector"]
        assert only["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
        for probe in ("startupProbe", "livenessProbe"):
            assert only[probe]["httpGet"] == {"path": "/healthz", "port": "http"}


def test_a_stop_has_time_for_the_drain(overlay: str) -> None:
    settings = next(
        one for name, one in of_kind(overlay, "ConfigMap").items() if name.startswith("settings-")
    )
    drain = int(settings["data"]["DRAIN_SECONDS"])
    for name, one in of_kind(overlay, "Deployment").items():
        pod = one["spec"]["template"]
        probe = container(pod)["readinessProbe"]
        # It goes on answering until nobody is sent here any more.
        assert drain >= probe["periodSeconds"], name
        assert pod["spec"]["terminationGracePeriodSeconds"] > drain + DRAIN_AND_STOP_SECONDS, name


def test_apis_are_scaled_by_their_work(overlay: str) -> None:
    scalers = of_kind(overlay, "HorizontalPodAutoscaler")
    assert set(scalers) == {f"{service}-api" for service in SPECS}
    for name, one in scalers.items():
        assert one["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        assert one["spec"]["minReplicas"] <= one["spec"]["maxReplicas"]


@pytest.mark.parametrize("service", SPECS)
def test_workers_are_scaled_by_what_waits_for_them(overlay: str, service: str) -> None:
    spec = of_kind(overlay, "ScaledObject")[f"{service}-worker"]["spec"]
    assert spec["scaleTargetRef"]["name"] in of_kind(overlay, "Deployment")
    triggers = [one["metadata"] for one in spec["triggers"]]
    watched = {(one["consumerGroup"], one["topic"]) for one in triggers}
    assert watched
    assert watched <= heard_by(service)
    shared = min(partitions()[topic] for _, topic in watched)
    assert spec["minReplicaCount"] <= spec["maxReplicaCount"] <= shared
    # What is not watched has too few partitions for more processes to be of use.
    assert [topic for _, topic in heard_by(service) - watched if partitions()[topic] >= shared] == []
    assert all(one["limitToPartitionsWithLag"] == "true" for one in triggers)


def test_a_scaler_reads_the_same_secret_as_its_worker(overlay: str) -> None:
    ways = of_kind(overlay, "TriggerAuthentication")
    for name, one in of_kind(overlay, "ScaledObject").items():
        service = name.removesuffix("-worker")
        for trigger in one["spec"]["triggers"]:
            references = ways[trigger["authenticationRef"]["name"]]["spec"]["secretTargetRef"]
            assert {reference["name"] for reference in references} == {f"{service}-secrets"}
            assert {reference["parameter"] for reference in references} == {"username", "password", "ca"}


def test_everybody_is_given_their_own_secrets(overlay: str) -> None:
    assert "Secret" not in {one["kind"] for one in rendered(overlay)}
    for name, pod in pods(overlay):
        secrets = [volume["secret"]["secretName"] for volume in pod["spec"]["volumes"] if "secret" in volume]
        assert secrets == [f"{name.split('-')[0]}-secrets"]


def test_settings_are_settings_and_no_secrets(overlay: str) -> None:
    maps = of_kind(overlay, "ConfigMap")
    values = {name: value for one in maps.values() for name, value in one["data"].items()}
    inline = {one["name"] for _, pod in pods(overlay) for one in container(pod).get("env", [])}
    assert len(values) > 15
    assert (set(values) | inline) - settings_names() == set()
    assert list(secret_looking(values)) == []
    referred = {
        source["configMapRef"]["name"] for _, pod in pods(overlay) for source in container(pod)["envFrom"]
    }
    assert referred == set(maps)


def test_the_scaler_and_the_process_ask_the_same_broker(overlay: str) -> None:
    settings = next(
        one for name, one in of_kind(overlay, "ConfigMap").items() if name.startswith("settings-")
    )
    servers = {
        trigger["metadata"]["bootstrapServers"]
        for one in of_kind(overlay, "ScaledObject").values()
        for trigger in one["spec"]["triggers"]
    }
    assert servers == {settings["data"]["KAFKA_BOOTSTRAP_SERVERS"]}


def test_nothing_is_allowed_that_is_not_written(overlay: str) -> None:
    denied = of_kind(overlay, "NetworkPolicy")["default-deny"]["spec"]
    assert denied == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_pod_reaches_the_data_and_only_the_gateway_the_world(overlay: str) -> None:
    policies = of_kind(overlay, "NetworkPolicy")
    for name, pod in pods(overlay):
        labels = pod["metadata"]["labels"]
        assert chosen(policies["data"]["spec"]["podSelector"], labels), name
        world = chosen(policies["partners"]["spec"]["podSelector"], labels)
        assert world is name.startswith("gateway-"), name


def admitted(overlay: str, labels: Object) -> list[Object]:
    """Return where connections to such a pod may come from."""
    return [
        source
        for one in of_kind(overlay, "NetworkPolicy").values()
        if chosen(one["spec"]["podSelector"], labels)
        for rule in one["spec"].get("ingress", [])
        for source in rule["from"]
    ]


def test_the_door_is_the_only_one(overlay: str) -> None:
    (door,) = of_kind(overlay, "Ingress").values()
    (rule,) = door["spec"]["rules"]
    assert door["spec"]["tls"] == [{"hosts": [rule["host"]], "secretName": "gateway-tls"}]
    assert {path["backend"]["service"]["name"] for path in rule["http"]["paths"]} == {"gateway-api"}
    assert not {path["path"] for path in rule["http"]["paths"]} & {"/metrics", "/healthz", "/readyz"}
    for name, one in of_kind(overlay, "Deployment").items():
        sources = str(admitted(overlay, one["spec"]["template"]["metadata"]["labels"]))
        assert ("ingress-nginx" in sources) is (name == "gateway-api"), name
        assert ("'gateway'" in sources) is (name.endswith("-api") and name != "gateway-api"), name
        assert "'monitoring'" in sources, name


def test_upstreams_are_services_that_choose_their_pods(overlay: str) -> None:
    maps = of_kind(overlay, "ConfigMap")
    gateway = next(one["data"] for name, one in maps.items() if name.startswith("gateway-settings-"))
    upstreams = {value for name, value in gateway.items() if name.startswith("UPSTREAM_")}
    assert upstreams == {f"http://{service}-api:8080" for service in SPECS if service != "gateway"}
    for name, one in of_kind(overlay, "Service").items():
        labels = of_kind(overlay, "Deployment")[name]["spec"]["template"]["metadata"]["labels"]
        assert chosen({"matchLabels": one["spec"]["selector"]}, labels)
    assert set(of_kind(overlay, "Service")) == {f"{service}-api" for service in SPECS}


def test_every_object_is_in_the_overlays_namespace(overlay: str) -> None:
    (namespace,) = of_kind(overlay, "Namespace").values()
    name = namespace["metadata"]["name"]
    assert {one["metadata"]["namespace"] for one in rendered(overlay) if one is not namespace} == {name}
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_overlay_reads_as_yaml_where_there_is_no_kustomize(overlay: str) -> None:
    files = [
        *(ROOT / "deploy/k8s/base").rglob("*.yaml"),
        *(ROOT / "deploy/k8s/overlays" / overlay).rglob("*.yaml"),
    ]
    assert len(files) > 20
    for path in files:
        assert all(yaml.safe_load_all(path.read_text("utf-8"))), path
        assert path.read_text("utf-8").startswith("# "), f"{path} does not say what it holds"


def test_no_overlay_names_the_brokers_of_another(overlay: str) -> None:
    """Workers of two installations on one broker would share each other's partitions."""
    (ours,) = {one["metadata"]["namespace"] for one in rendered(overlay) if one["kind"] != "Namespace"}
    named = set(re.findall(r"labour-warning[a-z-]*-data", yaml.safe_dump_all(rendered(overlay))))
    assert named == {f"{ours}-data"}
