"""Text goes out compressed, by Starlette's gzip, as keikaku.compression decides."""

from collections.abc import Callable

from datasette import hookimpl
from starlette.middleware.gzip import GZipResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keikaku.serving.compression import (
    LEVEL,
    MINIMUM_BYTES,
    accepts_gzip,
    add_vary,
    is_compressible,
    tag_compressed,
    untag,
)


@hookimpl(trylast=True)
def asgi_wrapper() -> Callable[[ASGIApp], ASGIApp]:
    """Outside whatever plugins answer, since their refusals are text too."""
    return compress


def compress(app: ASGIApp) -> ASGIApp:
    async def compressed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        accepted = accepts_gzip(
            next((v for n, v in scope["headers"] if n == b"accept-encoding"), b"").decode("latin-1")
        )
        headers, was_tagged = untag(scope["headers"])
        responder = GZipResponder(app, MINIMUM_BYTES, LEVEL)
        chosen: list[Send] = [send]

        async def send_tagged(message: Message) -> None:
            if message["type"] == "http.response.start" and (b"content-encoding", b"gzip") in message["headers"]:
                message = {**message, "headers": tag_compressed(message["headers"])}
            await send(message)

        async def choose(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
                compressible = is_compressible(message["status"], sent)
                if compressible and accepted and message["status"] != 304 and scope["method"] != "HEAD":
                    chosen[0] = responder.send_with_compression
                elif compressible or message["status"] == 304:
                    sent = add_vary(sent)
                if message["status"] == 304 and was_tagged:
                    sent = tag_compressed(sent)
                message = {**message, "headers": sent}
            await chosen[0](message)

        responder.send = send_tagged
        await app({**scope, "headers": headers}, receive, choose)

    return compressed
