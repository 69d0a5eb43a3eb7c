"""The pages of the web app: which address shows what.

Each page is rendered whole on the server and works without a script. What a request is stands in `forms`, how
it is run in `jobs`, what is kept in `store`; answers come from stored results alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.app import downloads, forms, words
from sim.app.fields import fields, values
from sim.app.forms import Choice, Wrong
from sim.app.pace import takes
from sim.app.store import OPEN, RUN_ID, Job
from sim.errors import SimError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from sim.app.jobs import Desk

_HERE: Final = Path(__file__).parent
REFRESH: Final = 3
"""How often a page without a script looks again [s]."""


class Pages:
    """All pages.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self.desk, self.shelf = desk, desk.shelf
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(subject=words.subject, confidence=words.CONFIDENCE)

    def routes(self) -> list[BaseRoute]:
        """Addresses and what answers them."""
        from starlette.routing import Mount, Route
        from starlette.staticfiles import StaticFiles

        def get(path: str, page: Callable[..., Response]) -> Route:
            return Route(path, page, methods=["GET"])

        return [
            get("/", self.start),
            get("/choose", self.choose),
            Route("/run", self.run, methods=["POST"]),
            get("/answer", self.answer),
            get("/status", self.status),
            Route("/cancel", self.cancel, methods=["POST"]),
            get("/result/{run_id}", self.result),
            get("/result/{run_id}/figure.svg", self.picture),
            get("/result/{run_id}/comparison", self.whole_page),
            get("/result/{run_id}/report", self.whole_page),
            get("/result/{run_id}/{name}", self.download),
            get("/own/{name}.yaml", self.own),
            get("/evidence", self.evidence),
            get("/runs", self.runs),
            get("/health", self.health),
            Mount("/static", StaticFiles(directory=_HERE / "static"), name="static"),
        ]

    def failures(self) -> dict[Any, Callable[..., Response]]:
        """What is shown when something is not there or goes wrong."""
        return {404: self._missing, 405: self._missing, SimError: self._mistaken}

    # ------------------------------------------------------------------------------------------- the pages
    def start(self, request: Request) -> Response:
        return self._html("start.html", "Start", getting=self._getting(), questions=words.questions())

    def choose(self, request: Request) -> Response:
        return self._form(forms.read(request.query_params.multi_items()))

    async def run(self, request: Request) -> Response:
        """Check what was chosen; if it is sound, take it in and show where its answer will be."""
        from starlette.concurrency import run_in_threadpool

        async with request.form(max_fields=400, max_files=0) as sent:
            pairs = list(sent.multi_items())
        return await run_in_threadpool(self._run, forms.read(pairs))

    def _run(self, choice: Choice) -> Response:
        from starlette.responses import RedirectResponse

        job, wrong = self._checked(choice)
        if job is None:
            return self._form(choice, wrong)
        self.desk.submit(job)
        return RedirectResponse(f"/answer?{choice.query}", 303)

    def answer(self, request: Request) -> Response:
        """The answer to what stands in the address, as far as it has come."""
        choice = forms.read(request.query_params.multi_items())
        job = self.desk.of_query(choice.query)
        if job is None:
            job, wrong = self._checked(choice)
            if job is None:
                return self._form(choice, wrong)
            job = self.desk.look(job.id) or job
        self.desk.look(job.id)
        known = job.id in self.desk.jobs
        return self._answered(job.result, job=job if known else None, choice=choice, asked=job)

    def status(self, request: Request) -> Response:
        """Where a request stands, for the script of the answer page."""
        from starlette.responses import JSONResponse

        job = self.desk.look(request.query_params.get("id", ""))
        if job is None:
            return JSONResponse({"state": "unknown"}, 404)
        drawn = bool(job.result) and self.shelf.figure(job.result) is not None
        return JSONResponse(
            {
                "state": job.state,
                "words": self._state(job),
                "done": job.done,
                "total": job.total,
                "version": _version(job, drawn),
            }
        )

    async def cancel(self, request: Request) -> Response:
        from starlette.responses import RedirectResponse

        async with request.form(max_fields=5, max_files=0) as sent:
            job = self.desk.cancel(str(sent.get("id", "")))
        if job is None:
            return self._failed(
                404, "There is no such request", "It may have been asked for on another server."
            )
        return RedirectResponse(f"/answer?{job.query}", 303)

    def result(self, request: Request) -> Response:
        """One stored result, whose numbers never change."""
        run_id = self._run_id(request)
        return self._answered(run_id) if run_id else self._missing(request)

    def whole_page(self, request: Request) -> Response:
        """The comparison page or the report of a stored result: its own style is allowed and nothing else."""
        run_id, name = self._run_id(request), request.url.path.rpartition("/")[2]
        if not run_id:
            return self._missing(request)
        found = downloads.shown(self.shelf.result_path(run_id), name)
        return found or self._preparing(name, run_id)

    def picture(self, request: Request) -> Response:
        from starlette.responses import FileResponse

        run_id = self._run_id(request)
        if not run_id or not self.shelf.picture(run_id).is_file():
            return self._missing(request)
        return FileResponse(
            self.shelf.picture(run_id),
            media_type="image/svg+xml",
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"},
        )

    def download(self, request: Request) -> Response:
        run_id, name = self._run_id(request), request.path_params["name"]
        if not run_id or name not in downloads.NAMES:
            return self._missing(request)
        found = downloads.of(self.shelf.result_path(run_id), name)
        return found or self._preparing(name.partition(".")[0], run_id)

    def own(self, request: Request) -> Response:
        """The scenario file of an option that was set in a page."""
        from starlette.responses import FileResponse

        name = str(request.path_params["name"])
        file = self.shelf.scenarios / f"{name}.yaml"
        if not forms.OWN_NAME.fullmatch(name) or not file.is_file():
            return self._missing(request)
        return FileResponse(file, media_type="application/yaml", filename=file.name)

    def evidence(self, request: Request) -> Response:
        """The evidence register, searched."""
        from sim.config.evidence import KIND_MEANING, register

        asked = " ".join(request.query_params.get("q", "").split())[: forms.LONGEST]
        kind = request.query_params.get("kind", "")
        found = [
            entry
            for entry in register().entries
            if (not kind or entry.kind == kind)
            and all(word in _text_of(entry) for word in asked.lower().split())
        ]
        path = request.query_params.get("path", "")[: forms.LONGEST]
        if path:
            found, asked = register().covering(path)[:1], path
        return self._html(
            "evidence.html", "Evidence", q=asked, kind=kind, kinds=KIND_MEANING, entries=found,
            values=values(), count=len(register().entries),
        )  # fmt: skip

    def runs(self, request: Request) -> Response:
        """Requests of this server, and all stored results."""
        with self.desk.lock:
            jobs = sorted(self.desk.jobs.values(), key=lambda job: -job.arrived)
        earlier = {run for job in jobs for run in job.rounds[:-1]}
        past = [words.run_in_short(one) for one in self.shelf.past() if one["run_id"] not in earlier]
        told = [(job, self._state(job), words.world_of(None, job)) for job in jobs]
        return self._html("runs.html", "Past runs", jobs=told, past=past)

    def health(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        return JSONResponse({"ready": self.desk.ready})

    # -------------------------------------------------------------------------------------------- in common
    def _checked(self, choice: Choice) -> tuple[Job | None, list[Wrong]]:
        return forms.checked(choice, self.shelf.scenarios, self.desk.rounds[0], self.desk.source)

    def _form(self, choice: Choice, wrong: list[Wrong] | None = None) -> Response:
        levers, world = fields()
        return self._html(
            "choose.html",
            "Choose options",
            400 if wrong else 200,
            choice=choice,
            wrong=wrong or [],
            said={one.field: one.text for one in reversed(wrong or [])},
            cards=words.cards(),
            ways=forms.WAYS,
            levers=levers,
            world=world,
            most=forms.MOST_OPTIONS,
        )

    def _answered(
        self, run_id: str, job: Job | None = None, choice: Choice | None = None, asked: Job | None = None
    ) -> Response:
        """The answer page of a request, or of one stored result."""
        told = self.shelf.answer(run_id) if run_id else None
        failed = ""
        if run_id and told is None:
            failed = self.desk.want("answer", run_id)
        figure = self.shelf.figure(run_id) if told else None
        if told and figure is None:
            self.desk.want("draw", run_id)
        rounds = len(self.desk.rounds)
        is_open = job is not None and job.state in OPEN
        going = is_open or (bool(run_id) and not failed and (told is None or figure is None))
        return self._html(
            "answer.html",
            "The answer" if told else "Your question",
            job=job,
            asked=asked,
            choice=choice,
            run_id=run_id,
            told=told,
            world=words.world_of(told, asked),
            figure=figure,
            failed=failed,
            open=is_open,
            refresh=REFRESH if going else 0,
            state=self._state(job) if job else "",
            round=words.meaning_of_round(job, rounds) if job else "",
            created=words.moment(told["created"]) if told else "",
            first=self._first(job) if job and is_open else [],
            getting=self._getting(),
            page_takes=takes(self.desk.pace.of("page")),
            own=sorted(
                {part for one in told["options"] for part in one["name"].split("+") if forms.OWN in part}
            )
            if told
            else [],
            version=_version(job, figure is not None) if job else "",
        )

    def _preparing(self, name: str, run_id: str) -> Response:
        what = f"The {'report' if name == 'report' else 'comparison page'} is being written"
        failed = self.desk.want("report" if name == "report" else "page", run_id)
        if failed:
            return self._failed(500, "This could not be written", failed)
        told = takes(self.desk.pace.of("report" if name == "report" else "page"))
        return self._html("preparing.html", what, 202, refresh=2, what=what, run_id=run_id, takes=told)

    def _state(self, job: Job) -> str:
        """Where a request stands, in words."""
        return words.state(job, self.desk.place(job), len(self.desk.rounds), self.desk.left(job))

    def _first(self, job: Job) -> list[str]:
        """What is said of the time until a first answer is there; nothing once it is."""
        if job.rounds:
            return []
        today = self.desk.first_runs_today(job)
        return [*([words.today_first(job)] if today else []), words.first_takes(self.desk.pace, today)]

    def _getting(self) -> str:
        """What is said while the server gets ready; empty once it is."""
        return "" if self.desk.ready else words.getting_ready(self.desk.pace)

    def _run_id(self, request: Request) -> str:
        """The run id in the address, if a whole result stands there."""
        run_id = str(request.path_params["run_id"])
        there = RUN_ID.fullmatch(run_id) and (self.shelf.result_path(run_id) / "manifest.json").is_file()
        return run_id if there else ""

    def _missing(self, request: Request, error: Exception | None = None) -> Response:
        return self._failed(404, "Page not found", "If you typed the address, check that it is correct.")

    def _mistaken(self, request: Request, error: Exception) -> Response:
        return self._failed(400, "This cannot be done", str(error))

    def _failed(self, status: int, what: str, why: str) -> Response:
        return self._html("failed.html", what, status, what=what, why=why)

    def _html(self, template: str, title: str, status: int = 200, **about: Any) -> Response:
        from starlette.responses import HTMLResponse

        about.setdefault("refresh", 0)
        about.setdefault("wrong", [])
        page = self._environment.get_template(template).render(title=title, at=template, **about)
        return HTMLResponse(page, status)


def _version(job: Job, drawn: bool) -> str:
    """Changes whenever the answer page has something new to show."""
    return f"{job.state in OPEN}-{len(job.rounds)}-{drawn}"


def _text_of(entry: Any) -> str:
    """Everything that can be searched of an entry, in small letters."""
    sources = " ".join(source.words() for source in entry.sources)
    told = (entry.path, entry.meaning, entry.unit, entry.assumed or "", sources, entry.confidence)
    return " ".join(told).lower()
