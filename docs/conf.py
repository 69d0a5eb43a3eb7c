"""Settings of the documentation site, which `make docs` builds with Sphinx and MyST from these pages.

Before the pages are read, the reference is made from the code into ``docs/_generated`` (see ``generate.py``),
so it cannot go stale. The site asks nothing of the network: no fonts, no scripts, no other inventories.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import generate  # noqa: E402

from sim import __version__  # noqa: E402

project = "Cliff Edge"
author = "Cliff Edge contributors"
copyright = "Cliff Edge contributors"
release = version = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 4
smartquotes = False
# A type such as "shape (n,)" is read as a link to whatever is called n, of which there are several.
suppress_warnings = ["ref.python"]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "alabaster"
html_title = f"Cliff Edge {__version__}"
html_show_copyright = False
html_theme_options = {
    "description": "What happens to survivors of modern slavery after the decision. Everyone is synthetic.",
    "fixed_sidebar": False,
    "page_width": "72rem",
    "sidebar_width": "16rem",
    "font_family": "Arial, Helvetica, sans-serif",
    "head_font_family": "Arial, Helvetica, sans-serif",
    "link": "#005a9c",
    "sidebar_link": "#005a9c",
    "gray_1": "#333",
    "gray_2": "#f3f3f3",
}
html_static_path: list[str] = []


def setup(app):
    """Make the reference before Sphinx looks for pages."""
    app.connect("builder-inited", lambda _: generate.write(HERE / "_generated"))
    app.connect("source-read", generate.point_links_inside)
