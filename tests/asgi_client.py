"""A client for tests of the web app: requests go to the application itself, through `httpx.ASGITransport`.

It keeps nothing between requests (the app sets no cookie). As a context manager it starts and ends what the
application starts and ends with it. Its event loop runs in a thread of its own, since a browser's test may
have one running in this thread.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.applications import Starlette


class Client:
    """A browser without scripts.

    Parameters
    ----------
    app : Starlette
    follow_redirects : bool, optional
    """

    def __init__(self, app: Starlette, follow_redirects: bool = True) -> None:
        self.app, self._follow = app, follow_redirects
        self._open = ExitStack()
        self._portal: BlockingPortal | None = None

    def __enter__(self) -> Self:
        self._portal = self._open.enter_context(start_blocking_portal())
        alive = self.app.router.lifespan_context(self.app)
        self._open.enter_context(self._portal.wrap_async_context_manager(alive))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._portal = None
        self._open.close()

    def get(self, address: str, **options: Any) -> httpx.Response:
        return self._ask("GET", address, options)

    def post(self, address: str, **options: Any) -> httpx.Response:
        return self._ask("POST", address, options)

    def _ask(self, method: str, address: str, options: dict[str, Any]) -> httpx.Response:
        if self._portal is not None:
            return self._portal.call(self._send, method, address, options)
        with start_blocking_portal() as portal:
            return portal.call(self._send, method, address, options)

    async def _send(self, method: str, address: str, options: dict[str, Any]) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://testserver",
            follow_redirects=self._follow,
            trust_env=False,
        ) as client:
            return await client.request(method, address, **options)
