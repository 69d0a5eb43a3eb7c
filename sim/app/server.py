"""`cliffedge app`: the web server, what every response carries, and who may ask.

It listens on this computer alone unless told otherwise. It sends no request anywhere, sets no cookie and asks
browsers to load nothing from elsewhere. What pages say and do stands in `sim.app.routes`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.app import jobs
from sim.app.first import ROUNDS
from sim.app.store import Shelf
from sim.config.places import MORE_SCENARIOS
from sim.errors import SimError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

HERE: Final = ("127.0.0.1", "localhost", "[::1]", "::1")
LARGEST_BODY: Final = 64 * 1024
POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def build(
    root: Path,
    hosts: tuple[str, ...] = HERE,
    workers: int = 0,
    rounds: tuple[tuple[str, ...], ...] = ROUNDS,
    ahead: tuple[str, ...] | None = (),
) -> Starlette:
    """The application, with its desk started when the server starts.

    Parameters
    ----------
    root : Path
        The results folder.
    hosts : tuple of str
        Names by which the server may be addressed; ``*`` for any.
    workers : int
        Worker processes; 0 for one a core.
    rounds, ahead
        As in `sim.app.jobs.Desk`.

    Raises
    ------
    DiskError
        If the results folder cannot be written to.
    """
    from contextlib import asynccontextmanager

    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from sim.app.routes import Pages

    shelf = Shelf(root)
    desk = jobs.Desk(shelf, workers or jobs.cores(), rounds, ahead)
    pages = Pages(desk)

    @asynccontextmanager
    async def alive(app: Starlette):  # type: ignore[no-untyped-def]
        before = os.environ.get(MORE_SCENARIOS)
        os.environ[MORE_SCENARIOS] = str(shelf.scenarios)  # the workers read it too
        desk.start()
        threading.Thread(target=_get_ready, name="cliffedge forms", daemon=True).start()
        try:
            yield
        finally:
            desk.close()
            os.environ.pop(MORE_SCENARIOS)
            if before is not None:
                os.environ[MORE_SCENARIOS] = before

    app = Starlette(
        routes=pages.routes(),
        lifespan=alive,
        exception_handlers=pages.failures(),
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            Middleware(BaseHTTPMiddleware, dispatch=guarded),
        ],
    )
    app.state.desk = desk
    return app


def _get_ready() -> None:
    """Read what the form shows, and plan one comparison, before anybody asks for it."""
    from sim.app import words
    from sim.app.fields import COMPOSING, fields
    from sim.experiment.plan import of_compare

    with suppress(SimError):
        fields()
        name = next(iter(words.cards().values()))[0].name
        with COMPOSING:
            of_compare([f"experiment.options=[{name}]"], ())


async def guarded(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse what comes from another site or is too large, and tell browsers what a page may load."""
    from starlette.responses import PlainTextResponse

    refused = ""
    if request.method not in ("GET", "HEAD"):
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin")
        own = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if site not in ("same-origin", "none") or (origin is not None and origin != own):
            refused = "This form was sent from another site. Open the page itself and send it from there."
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            refused = f"A form may hold up to {LARGEST_BODY} bytes."
    elif len(request.url.query) > LARGEST_BODY // 4:
        refused = "The address is too long."
    response: Response = PlainTextResponse(refused, 403) if refused else await answer(request)
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def serve(host: str, port: int, root: Path) -> None:
    """Start the server and keep it running until Ctrl-C.

    Raises
    ------
    SimError
        If the address cannot be listened on, or the results folder cannot be written to.
    """
    import socket

    import uvicorn

    anywhere = host in ("0.0.0.0", "::")
    app = build(root, ("*",) if anywhere else (*HERE, host))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise SimError(
            f"Cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}. Allowed: a "
            "port from 1024 to 65535 that is free, for example: cliffedge app --port 8078"
        ) from error
    told = listening.getsockname()
    shown = f"[{told[0]}]" if ":" in told[0] else told[0]
    print(f"Cliff Edge is at http://{shown}:{told[1]}/ (Ctrl-C ends it). Results go to {root}.", flush=True)
    if anywhere:
        print("Everybody who can reach this computer can use it: there is no password.", flush=True)
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, date_header=True, timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run([listening])
