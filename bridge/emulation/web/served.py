"""An emulated provider as a context: it listens while it lasts."""

from types import TracebackType
from typing import Self

from bridge.emulation.web.server import HttpServer


class Served:
    """server: made by whoever inherits. base_url: known from the beginning of the context on."""

    server: HttpServer
    base_url: str

    async def __aenter__(self) -> Self:
        self.base_url = await self.server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.server.aclose()
