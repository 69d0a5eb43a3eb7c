"""The picture of the README, from a result of the main job: `python docs/readme_picture.py results/RUN-ID`.

Draws what the comparison page draws of the first two headline measures, on white, with its data and run id
inside. Not here: the README's words, which `tests/unit/test_docs.py` holds to these data.
"""

from __future__ import annotations

import base64
import re
import sys
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

MEASURES = ("insecure_days_year_1", "insecure_no_worker_days_year_1")
PICTURE = HERE / "images" / "main_job.svg"


def main(result: Path) -> None:
    """Write the picture, and print its alternative text and data to put beside it."""
    from sim.present.figures import differences_block
    from sim.present.read import effects, load

    block = differences_block(effects(load(result), MEASURES))
    drawn = base64.b64decode(block.uri.partition(",")[2]).decode("utf-8")
    data = "\n".join([f"Run {result.name}", *(" | ".join(row) for row in block.table.rows)])
    ground = f'<desc>{escape(data)}</desc><rect width="100%" height="100%" fill="#fff"/>'
    PICTURE.write_text(re.sub(r"(<svg [^>]*>)", rf"\1{ground}", drawn, count=1), encoding="utf-8")
    print(block.alt)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
