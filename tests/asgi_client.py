"""A client for tests of the web app: requests go to the application itself, through `httpx.ASGITransport`.

It keeps nothing between requests (the app sets no cookie). As a context manager it starts and ends what the
application starts and ends with it.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import httpx
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
        self._lifespan: Any = None

    def __enter__(self) -> Self:
        self._lifespan = self.app.router.lifespan_context(self.app)
        asyncio.run(self._lifespan.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run(self._lifespan.__aexit__(kind, error, trace))

    def get(self, address: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._send("GET", address, options))

    def post(self, address: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._send("POST", address, options))

    async def _send(self, method: str, address: str, options: dict[str, Any]) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://testserver",
            follow_redirects=self._follow,
            trust_env=False,
        ) as client:
            return await client.request(method, address, **options)
