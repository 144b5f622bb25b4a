"""The portal for one browser test: a web server and a worker as threads of this process, on a database of their own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from portal.celery import app
from sites.jobs import run_due


class QuietHandler(WSGIRequestHandler):
    """Says nothing of every request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadedWSGIServer):
    """Closes the database connection that each request's thread has opened."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that turns away in the middle of an answer is no fault."""

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


@contextmanager
def served() -> Iterator[str]:
    """The address at which the portal answers."""
    server = Server(("127.0.0.1", 0), QuietHandler, allow_reuse_address=False)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def working() -> Iterator[None]:
    """Jobs are done as they come due, and the timetable is kept, faster than in life."""
    app.loader.import_default_modules()
    timetable = [app.tasks[entry["task"]] for entry in app.conf.beat_schedule.values()]
    leave = threading.Event()
    broken: list[BaseException] = []

    def work() -> None:
        try:
            for turn in count():
                if leave.wait(0.1):
                    return
                run_due()
                if turn % 5 == 0:
                    for task in timetable:
                        task()
        except BaseException as fault:
            broken.append(fault)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        leave.set()
        thread.join(30)
    if broken:
        raise broken[0]
