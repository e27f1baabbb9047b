"""The HTTP protocol as uvicorn runs it, with our own answer where uvicorn has a plain text."""

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.observability import correlation
from shared.web.errors import PROBLEM_TYPE, not_http


class ProblemHttp(HttpToolsProtocol):
    """Answers what cannot be read as HTTP, such as a method that does not exist, with a problem like any other."""

    @override
    def send_400_response(self, msg: str) -> None:
        """Say what is wrong and close the connection: nobody knows where the next request begins."""
        identifier = correlation.begin()
        body = not_http()
        head = (
            "HTTP/1.1 400 Bad Request",
            f"content-type: {PROBLEM_TYPE}",
            f"content-length: {len(body)}",
            "cache-control: no-store",
            f"x-correlation-id: {identifier}",
            "connection: close",
        )
        self.transport.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        self.transport.close()
