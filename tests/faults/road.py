"""A form's road through the API of a stage: handed in, submitted, approved; whoever falls down is asked again."""

import http.client
import json
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.faults.ground import AARHUS, ODENSE
from tests.faults.stage import SECONDS, Stage

HEADINGS = "source_site_number;part_number;quantity;target_site_number;order_reference;reference"
ENDED = ("completed", "completed_with_errors", "failed", "undone")
_numbers = count(1)


@dataclass(frozen=True)
class Line:
    """Something to move."""

    site: str
    part: str
    order: str


@dataclass
class Form:
    """A form of `rows` rows, one unit each, over three pairs of source and target."""

    rows: int
    lines: list[Line]
    mode: str = "per_row"
    name: str = field(default_factory=lambda: f"form{next(_numbers)}.csv")
    batch: str = ""

    def content(self) -> bytes:
        """The file: no two forms are the same."""
        rows = [HEADINGS]
        for index in range(self.rows):
            line = self.lines[index % len(self.lines)]
            target = ODENSE if line.site == AARHUS or index % 2 else AARHUS
            rows.append(f"{line.site};{line.part};1;{target};{line.order};{self.name} {index}")
        return "\n".join(rows).encode("utf-8-sig")

    def wanted(self) -> Counter[str]:
        """How many units of each order shall move."""
        return Counter(self.lines[index % len(self.lines)].order for index in range(self.rows))


@dataclass(frozen=True)
class Answer:
    """What the API said; status 0 where nobody answered."""

    status: int
    body: dict[str, Any]

    def __bool__(self) -> bool:
        return 200 <= self.status < 300


class Road:
    """The API of a stage, as Jonas and Rikke use it."""

    def __init__(self, stage: Stage, tokens: dict[str, str], lines: list[Line]):
        self.stage, self.tokens, self.lines = stage, tokens, lines

    @classmethod
    def on(cls, stage: Stage, lines: int = 60) -> "Road":
        """New ground on a stage, and the road over it."""
        said = json.loads(stage.call("-m", "tests.faults.ground", str(lines)).splitlines()[-1])
        return cls(stage, said["tokens"], [Line(*line) for line in said["lines"]])

    def form(self, rows: int = 120, **more: Any) -> Form:
        """A new form."""
        return Form(rows, self.lines, **more)

    def ask(self, who: str, path: str, body: bytes = b"{}", kind: str = "application/json", **headers: str) -> Answer:
        """POST."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.stage.port}/api/v1/{path}",
            body,
            {"Authorization": f"Token {self.tokens[who]}", "Content-Type": kind, **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                said = error.read()
            try:
                return Answer(error.code, json.loads(said))
            except ValueError:
                return Answer(error.code, {"detail": said[:500].decode(errors="replace")})
        except (OSError, http.client.HTTPException):
            return Answer(0, {})

    def upload(self, form: Form, **headers: str) -> Answer:
        """Jonas hands in a form."""
        file = SimpleUploadedFile(form.name, form.content(), "text/csv")
        body = encode_multipart(BOUNDARY, {"file": file, "mode": form.mode})
        answer = self.ask("jonas", "transfer-batches/", body, MULTIPART_CONTENT, **headers)
        form.batch = answer.body["id"] if answer else form.batch
        return answer

    def submit(self, form: Form) -> Answer:
        """Jonas sends what is valid on its way."""
        body = json.dumps({"waive_warnings": "Agreed with Mette"}).encode()
        return self.ask("jonas", f"transfer-batches/{form.batch}/submit/", body)

    def review(self, form: Form) -> list[str]:
        """The requests of a form that wait for Rikke."""
        wanted = "SELECT id::text FROM migrations_app_transferrequest WHERE batch_id = %s AND status = 'in_review'"
        return [pk for (pk,) in self.stage.ask(wanted, form.batch)]

    def approve(self, form: Form, most: int = 1000) -> list[Answer]:
        """Rikke approves what waits for her."""
        return [self.ask("rikke", f"transfer-requests/{pk}/approve/") for pk in self.review(form)[:most]]

    def status(self, form: Form) -> str:
        """Where the form stands; empty where there is none."""
        question = "SELECT id::text, status FROM migrations_app_transferbatch WHERE filename = %s"
        found = self.stage.ask(question, form.name)
        form.batch = found[0][0] if found else ""
        return found[0][1] if found else ""

    def push(self, form: Form) -> bool:
        """Do what is next for the form, if anybody can; True once it has ended. Harmless at any time."""
        try:
            status = self.status(form)
            if status in ENDED:
                return True
            if not status:
                self.upload(form)
            elif status == "checked":
                self.submit(form)
            elif status in ("submitted", "applying"):
                self.approve(form)
        except psycopg2.OperationalError:
            pass
        return False

    def drive(self, *forms: Form) -> None:
        """Until every form has ended; people only press the next button, nobody repairs anything."""
        left = list(forms)

        def ended() -> bool:
            left[:] = [form for form in left if not self.push(form)]
            return not left

        self.stage.until(ended, f"the end of {[form.name for form in forms]}", SECONDS + 30 * len(forms))

    def stands(self, form: Form, *statuses: str) -> None:
        """Wait until the form has one of these statuses."""
        self.stage.until(lambda: self.status(form) in statuses, f"{form.name} {'/'.join(statuses)}")
