"""The headers of keikaku.headers on every answer, and no cookies in either direction."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

from keikaku.serving.headers import ignore_cookies, protect_answer

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]


@hookimpl(trylast=True)
def asgi_wrapper() -> Callable[[App], App]:
    """Outermost but for other plugins' trylast, so that refusals of other plugins are protected too."""

    def wrap(app: App) -> App:
        async def protected(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return

            async def send_protected(message: Message) -> None:
                if message["type"] == "http.response.start":
                    sent = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
                    message = {
                        **message,
                        "headers": protect_answer(sent, scope["path"], scope["query_string"], message["status"]),
                    }
                await send(message)

            await app({**scope, "headers": ignore_cookies(scope["headers"])}, receive, send_protected)

        return protected

    return wrap
