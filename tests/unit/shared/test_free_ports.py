import socket
from pathlib import Path

from shared.bus.free_ports import free_ports


def test_a_lasting_port_is_none_that_an_outgoing_connection_is_given() -> None:
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert [port for port in free_ports(200) if low <= port <= high] == []


def test_ports_that_are_asked_for_together_are_different_and_free() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50
    with socket.create_server(("127.0.0.1", ports[0])):
        pass
