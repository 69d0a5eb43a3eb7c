"""A report as a tagged PDF (PDF/UA-1), through WeasyPrint, which is an extra.

Nothing is fetched: a page that asks for anything but what stands inside it is refused. Not here: what a
report says.
"""

from __future__ import annotations

from typing import Any, Final

from sim.errors import SimError

VARIANT: Final = "pdf/ua-1"
INSTALL: Final = "python -m pip install 'cliffedge[pdf]' (in a checkout: python -m pip install '.[pdf]')"


def require_weasyprint() -> Any:
    """Return the library.

    Raises
    ------
    SimError
        If it is not installed, or cannot find the system libraries it draws with.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise SimError(
            f"A PDF needs WeasyPrint, which cannot be loaded here ({str(error).splitlines()[0]}). Install it "
            f"with: {INSTALL}. On Debian it also needs libpango-1.0-0 and libpangoft2-1.0-0. Without it, "
            "leave out --pdf and print the HTML report from a browser."
        ) from error
    return weasyprint


def as_pdf(html: str) -> bytes:
    """Return a page as PDF/UA-1: tagged, with the text alternatives of its pictures.

    Raises
    ------
    SimError
        If WeasyPrint is missing, or if the page asks for something outside itself.
    """
    weasyprint = require_weasyprint()
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Within(URLFetcher):  # type: ignore[misc, unused-ignore]
        """Reads data addresses only."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise FatalURLFetchingError(url)
            return super().fetch(url, headers)

    try:
        made: bytes = weasyprint.HTML(string=html, url_fetcher=Within()).write_pdf(
            pdf_variant=VARIANT, pdf_tags=True
        )
    except FatalURLFetchingError as error:
        raise SimError(
            f"A report holds everything in itself, but this one asks for {str(error)[:80]}."
        ) from error
    return made
