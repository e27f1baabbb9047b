"""Writes every secret of an installation, random and once: `python deploy/init_secrets.py FOLDER`.

A folder for each of those who hold secrets, so that each is given its own and no other. The compose file runs it
before anything else; for Kubernetes each folder becomes a Secret (docs/deployment.md). Whoever holds the folder holds
the installation. A second run changes nothing.

`python deploy/init_secrets.py FOLDER [--host NAME] [--postgres HOST:PORT]`
"""

import argparse
import secrets
import sys
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.catalog import SPECS
from services.gateway.federation.identity import identity_from
from shared.auth.tokens import generate_key, public_half
from shared.kernel.clock import SystemClock

DATABASE = "labour_warning"
TOPICS = "topics"
"""Who makes the topics."""
ADMIN = "admin"
"""As whom people give commands, such as `users add` and `kafka admit`."""
LIFETIME = timedelta(days=3650)
# Other images run under users of their own; they are given our group.
_GROUP_READS = 0o640
_GROUP_ENTERS = 0o750
_COMPLETE = ".complete"


class Certificates:
    """An authority that signs the broker's and the edge's certificates; its key is never written."""

    def __init__(self) -> None:
        """Make the authority."""
        self._key = generate_private_key(SECP256R1())
        self._name = _named("Labour Early Warning")
        certificate = _draft(self._name, self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.authority = _pem(certificate.sign(self._key, hashes.SHA256()))

    def issue(self, *hosts: str) -> tuple[bytes, bytes]:
        """Return a new private key and its certificate for `hosts`, both as PEM."""
        key = generate_private_key(SECP256R1())
        names = x509.SubjectAlternativeName([_host(one) for one in dict.fromkeys(hosts)])
        draft = _draft(_named(hosts[0]), self._name, key)
        draft = draft.add_extension(names, critical=False)
        draft = draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return private, _pem(draft.sign(self._key, hashes.SHA256()))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _draft(subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = SystemClock().now()
    draft = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return draft.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + LIFETIME)


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def write_all(folder: Path, host: str, postgres: str) -> None:
    """Write the secrets of everybody."""
    certificates, token_key = Certificates(), generate_key()
    kafka_key, kafka_certificate = certificates.issue("kafka", "localhost")
    edge_key, edge_certificate = certificates.issue(host, "localhost", "127.0.0.1")
    _write(folder / "postgres" / "superuser-password", _password())
    _write(folder / "kafka" / "keystore.pem", kafka_key + kafka_certificate)
    _write(folder / "edge" / "tls.key", edge_key)
    _write(folder / "edge" / "tls.crt", edge_certificate + certificates.authority)
    _write(folder / "grafana" / "admin-password", _password())
    for user in (*SPECS, TOPICS, ADMIN):
        password = _password()
        _write(folder / "kafka" / user, password)
        _write(folder / user / "kafka-username", user.encode())
        _write(folder / user / "kafka-password", password)
        _write(folder / user / "kafka-ca.pem", certificates.authority)
        _write(folder / user / "token-public.pem", public_half(token_key))
    for role in (*SPECS, ADMIN):
        password = _password()
        _write(folder / "postgres" / "roles" / role, password)
        address = f"postgresql://{role}:{password.decode()}@{postgres}/{DATABASE}"
        _write(folder / role / "database-url", address.encode())
    # Whoever makes the topics has no database, though the settings that all share name the file.
    _write(folder / TOPICS / "database-url", b"")
    _write(folder / "gateway" / "token.pem", token_key)
    # Made by the one who reads it; the name and the address come from the environment at every start.
    identity_from(folder / "gateway" / "federation-keys.json", "", "")


def _password() -> bytes:
    # Letters and digits, "-" and "_": at home in an address, in a properties file and in a shell.
    return secrets.token_urlsafe(32).encode()


def _write(path: Path, content: bytes) -> None:
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=_GROUP_ENTERS, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=_GROUP_READS)
    path.write_bytes(content)


def main() -> None:
    """Write the secrets, unless all of them are there."""
    asked = argparse.ArgumentParser(
        description="生成本安装的全部密钥与口令 / write every secret of an installation"
    )
    asked.add_argument("folder", type=Path)
    asked.add_argument(
        "--host", default="localhost", help="对外域名 / the name that people reach the edge by"
    )
    asked.add_argument("--postgres", default="postgres:5432", help="数据库地址 / where the database is")
    given = asked.parse_args()
    complete = given.folder / _COMPLETE
    if complete.exists():
        sys.stdout.write("密钥已存在，未作改动。/ The secrets are there; nothing was changed.\n")
        return
    # Without the mark nobody has started yet: what an interrupted run left is written anew.
    write_all(given.folder, given.host, given.postgres)
    _write(complete, b"")
    sys.stdout.write("已生成密钥。/ The secrets are written.\n")


if __name__ == "__main__":
    main()
