"""The compose file: one command, nothing open that need not be, and every part of the catalogue in it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.catalog import SPECS
from tests.deploy.catalogue import PAIRS, ROOT, secret_looking, services_of, settings_names
from tests.deploy.composing import ask_compose, ours, secrets_of, services

PARTS = ("docker-compose.yml", "deploy")


def runs_once(one: dict[str, Any]) -> bool:
    return bool(one.get("restart") == "no")


@pytest.fixture
def clean_copy(tmp_path: Path) -> Path:
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        copy(ROOT / part, tmp_path / part)
    return tmp_path


def test_a_clean_copy_needs_no_settings(clean_copy: Path) -> None:
    asked = ask_compose(clean_copy, "-q")
    assert (asked.returncode, asked.stderr) == (0, "")


def test_compose_would_tell_of_a_setting_that_is_demanded(clean_copy: Path) -> None:
    file = clean_copy / "docker-compose.yml"
    file.write_text(file.read_text("utf-8").replace("${PUBLIC_HOST:-localhost}", "${PUBLIC_HOST:?}"), "utf-8")
    # On standard error alone: the wheel's program ends with 0 all the same.
    assert "required variable PUBLIC_HOST" in ask_compose(clean_copy, "-q").stderr


def test_every_service_runs_in_every_role() -> None:
    commands = [one["command"] for one in services().values() if one.get("command")]
    assert sorted(services_of(commands)) == sorted(PAIRS)


@pytest.mark.parametrize(("service", "role"), PAIRS)
def test_a_service_starts_when_its_schema_and_the_topics_are_there(service: str, role: str) -> None:
    one = services()[f"{service}-{role}"]
    before = {name: waited["condition"] for name, waited in one["depends_on"].items()}
    assert before == dict.fromkeys((f"migrate-{service}", "kafka-topics"), "service_completed_successfully")
    assert services()[f"migrate-{service}"]["command"] == ["migrate", service]


def test_whatever_runs_once_is_waited_for() -> None:
    # `up --wait` would otherwise take its end for a failure.
    once = {name for name, one in services().items() if runs_once(one) and "profiles" not in one}
    waited = {
        name
        for one in services().values()
        for name, dependence in one.get("depends_on", {}).items()
        if dependence["condition"] == "service_completed_successfully"
    }
    assert once == waited
    assert once


@pytest.mark.parametrize("name", services())
def test_a_container_can_do_little(name: str) -> None:
    one = services()[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert set(one.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert int(one["user"].split(":")[0]) > 0
    assert not one.get("privileged")


@pytest.mark.parametrize("name", services())
def test_a_container_has_limits(name: str) -> None:
    limits = services()[name]["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert services()[name]["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", [name for name, one in services().items() if not runs_once(one)])
def test_a_container_that_stays_says_how_it_is(name: str) -> None:
    check = services()[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", services())
def test_an_image_is_pinned(name: str) -> None:
    assert re.fullmatch(
        r"[a-z/-]+:v?\d+\.\d+(\.\d+)?[\w.-]*(@sha256:[0-9a-f]{64})?", services()[name]["image"]
    )


def test_our_image_is_built_once_and_never_pulled() -> None:
    policies = {name: (one.get("pull_policy"), "build" in one) for name, one in ours().items()}
    assert policies.pop("init-secrets") == ("build", True)
    assert set(policies.values()) == {("never", False)}


def test_only_the_edge_is_open_and_only_the_gateway_goes_out() -> None:
    networks = json.loads(ask_compose(ROOT, "--format", "json").stdout)["networks"]
    assert {name for name, one in networks.items() if not one.get("internal")} == {"outside"}
    assert {name for name, one in services().items() if one.get("ports")} == {"edge"}
    outside = {name for name, one in services().items() if "outside" in one.get("networks", {})}
    assert outside == {"edge", "gateway-api", "gateway-worker"}


def test_the_gateway_believes_the_edge_alone_who_is_asking() -> None:
    networks = json.loads(ask_compose(ROOT, "--format", "json").stdout)["networks"]
    (subnet,) = [one["subnet"] for one in networks["door"]["ipam"]["config"]]
    assert services()["gateway-api"]["environment"]["TRUSTED_PROXIES"] == subnet
    at_the_door = {name for name, one in services().items() if "door" in one.get("networks", {})}
    assert at_the_door == {"edge", "gateway-api"}
    # The edge asks by the name that the gateway has there and nowhere else.
    aliases = {
        name: (network or {}).get("aliases")
        for name, network in services()["gateway-api"]["networks"].items()
    }
    assert [name for name, known in aliases.items() if known == ["gateway"]] == ["door"]
    assert "reverse_proxy gateway:8080" in (ROOT / "deploy/caddy/Caddyfile").read_text()


def test_everybody_is_given_their_own_secrets() -> None:
    assert secrets_of(services()["init-secrets"]) == ["*"]
    for service, role in PAIRS:
        for name in (f"{service}-{role}", f"migrate-{service}"):
            assert secrets_of(services()[name]) == [service], name
    for name in ("postgres", "kafka", "edge", "grafana"):
        assert secrets_of(services()[name]) == [name]
    for name, one in services().items():
        parts = [mount for mount in one.get("volumes", []) if mount.get("volume", {}).get("subpath")]
        writable = [mount["volume"]["subpath"] for mount in parts if not mount.get("read_only")]
        assert writable == (["gateway"] if name == "admin" else []), name


def test_commands_that_people_give_start_nothing_by_themselves() -> None:
    assert [name for name, one in services().items() if "profiles" in one] == ["admin"]


def test_no_secret_stands_in_the_file() -> None:
    environments = {name: one.get("environment", {}) for name, one in services().items()}
    assert sum(map(len, environments.values())) > 20
    assert {
        name: found for name, values in environments.items() if (found := list(secret_looking(values)))
    } == {}
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert "env_file" not in text
    assert ":?" not in text


def test_every_variable_of_ours_is_a_setting() -> None:
    named = {name for one in ours().values() for name in one.get("environment", {})}
    assert named
    assert named - settings_names() == set()


def test_what_is_mounted_from_here_is_here() -> None:
    mounts = [
        mount for one in services().values() for mount in one.get("volumes", []) if mount["type"] == "bind"
    ]
    assert mounts
    assert [mount["source"] for mount in mounts if not Path(mount["source"]).exists()] == []
    assert all(mount["read_only"] for mount in mounts)


def test_prometheus_asks_every_process() -> None:
    asked = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    (job,) = (one for one in asked["scrape_configs"] if one["job_name"] == "labour-warning")
    targets = {
        (one["labels"]["service"], one["labels"]["role"]): one["targets"] for one in job["static_configs"]
    }
    assert targets == {(service, role): [f"{service}-{role}:8080"] for service, role in PAIRS}
    assert all("watch" in services()[f"{service}-{role}"]["networks"] for service, role in PAIRS)


def test_kafka_knows_every_service_by_a_password_of_its_own() -> None:
    properties = (ROOT / "deploy/kafka/server.properties").read_text("utf-8")
    users = re.findall(r'user_(\w+)="(.*?)"', properties)
    assert users == [(name, f"${{file:/run/secrets:{name}}}") for name in (*SPECS, "topics", "admin")]
    (masters,) = re.findall(r"^super\.users=(.*)$", properties, re.MULTILINE)
    assert masters.split(";") == [f"User:{name}" for name in ("ANONYMOUS", *SPECS, "topics", "admin")]
