"""A collector of traces that keeps what it gets."""

import gzip
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery: where to, by whom, and the names of the spans."""

    path: str
    resource: Mapping[str, str]
    spans: Sequence[str]


@dataclass(frozen=True, slots=True)
class Collector:
    """Its address, and what it got."""

    address: str
    got: "Queue[Sent]" = field(default_factory=Queue)

    def next(self, seconds: float = 10.0) -> Sent:
        """Wait for the next delivery."""
        return self.got.get(timeout=seconds)


@contextmanager
def a_collector() -> Iterator[Collector]:
    """Run a collector on a free port of this machine."""
    with HTTPServer(("127.0.0.1", 0), _Receiver) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        _Receiver.collector = collector
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


class _Receiver(BaseHTTPRequestHandler):
    collector: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        (sent,) = ExportTraceServiceRequest.FromString(body).resource_spans
        resource = {one.key: one.value.string_value for one in sent.resource.attributes}
        names = [span.name for scope in sent.scope_spans for span in scope.spans]
        self.collector.got.put(Sent(self.path, resource, names))
        self.send_response(200)
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None: ...
