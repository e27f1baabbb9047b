"""`labour-warning federation`: identities on files, fingerprints compared, partners and grants."""

import json
from pathlib import Path

import pytest

from tests.service.commands.ending import run

DAY = "2031-12-31"


@pytest.fixture
def places(database_url: str, tmp_path: Path) -> dict[str, dict[str, str]]:
    def place(name: str) -> dict[str, str]:
        key = tmp_path / name / "token.pem"
        return {
            "DATABASE_URL": database_url,
            "TOKEN_KEY_FILE": str(key),
            "GATEWAY_FEDERATION_NAME": name,
            "GATEWAY_FEDERATION_BASE_URL": f"https://{name}.example",
        }

    return {name: place(name) for name in ("minhang", "xuhui")}


def test_partners_are_added_granted_and_suspended(places: dict[str, dict[str, str]], tmp_path: Path) -> None:
    file = tmp_path / "xuhui.json"
    told = run(["federation", "identity", "--out", str(file), "--json"], **places["xuhui"])
    fingerprint = json.loads(told.stdout)["fingerprint"]
    ours = places["minhang"]

    wrong = run(["federation", "partner", "add", str(file), "--fingerprint", "0" * 64], **ours)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert fingerprint in wrong.stderr
    assert len(wrong.stderr.splitlines()) == 1
    unsaid = run(["federation", "partner", "add", str(file)], **ours)
    assert (unsaid.returncode, "--yes-i-compared" in unsaid.stderr) == (1, True)

    added = run(["federation", "partner", "add", str(file), "--fingerprint", fingerprint], **ours)
    assert added.returncode == 0, added.stderr
    own = run(["federation", "partner", "add", str(file), "--yes-i-compared"], **places["xuhui"])
    assert own.returncode == 1

    words = ["--operation", "evidence", "--jurisdiction", "310112", "--expires", DAY]
    granted = run(["federation", "grant", "add", "xuhui", *words], **ours)
    assert granted.returncode == 0, granted.stderr
    (grant,) = json.loads(run(["federation", "grant", "list", "xuhui", "--json"], **ours).stdout)
    assert grant["expires_at"] == "2032-01-01T00:00+08:00"
    assert run(["federation", "grant", "revoke", grant["id"]], **ours).returncode == 0
    assert run(["federation", "grant", "revoke", grant["id"]], **ours).returncode == 1

    assert run(["federation", "partner", "suspend", "xuhui"], **ours).returncode == 0
    (partner,) = json.loads(run(["federation", "partner", "list", "--json"], **ours).stdout)
    assert (partner["name"], partner["status"]) == ("xuhui", "suspended")
    unknown = run(["federation", "partner", "suspend", "nobody"], **ours)
    assert (unknown.returncode, "partner list" in unknown.stderr) == (1, True)
    assert run(["federation", "verify-log"], **ours).returncode == 0


def test_the_last_day_there_is_ends_in_one_line(places: dict[str, dict[str, str]]) -> None:
    words = ["--operation", "evidence", "--jurisdiction", "310112", "--expires", "9999-12-31"]
    told = run(["federation", "grant", "add", "xuhui", *words], **places["minhang"])
    assert (told.returncode, told.stdout) == (1, "")
    assert "--expires" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_an_identity_is_not_written_over_its_keys(tmp_path: Path) -> None:
    arguments = ["federation", "identity", "--data", str(tmp_path)]
    assert run(arguments).returncode == 0
    (keys,) = tmp_path.glob("*keys.json")
    before = keys.read_bytes()
    told = run([*arguments, "--out", str(keys)])
    assert (told.returncode, "overwrite" in told.stderr) == (1, True)
    assert keys.read_bytes() == before


def test_an_identity_stays_what_it_was_said_to_be(tmp_path: Path) -> None:
    def identity(**said: str) -> tuple[dict[str, str], str]:
        told = run(["federation", "identity", "--data", str(tmp_path), "--json"], **said)
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout), told.stderr

    first, said = identity(GATEWAY_FEDERATION_BASE_URL="http://127.0.0.1:8431")
    assert (first["base_url"], said) == ("http://127.0.0.1:8431", "")
    assert identity() == (first, "")
    other, said = identity(GATEWAY_FEDERATION_BASE_URL="https://minhang.example")
    assert other["base_url"] == "https://minhang.example"
    assert "http://127.0.0.1:8431" in said
    assert len(said.splitlines()) == 1
    assert identity() == (first, "")
