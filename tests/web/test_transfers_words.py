"""Every code that moves can raise has a sentence that its figures fill, and no other package speaks of it otherwise."""

import ast
import json
from importlib import import_module
from pathlib import Path

import pytest
from django.utils import translation

import migrations_app
from licenses.rules.rulebook import CURRENT, assumptions
from migrations_app.rules import workflow
from migrations_app.words import WORDS
from migrations_app.words.batches import BATCH_DONE
from migrations_app.words.labels import ASSUMPTIONS, DONE, LEFT_OUT, STEPS, TURNS
from portal.kernel.errors import Fault
from sites.words import fault_sentence, remedy, retold, sentence, stored_fault

SOURCES = sorted(p for p in Path(migrations_app.__file__).parent.rglob("*.py") if "intake" not in p.parts)
OTHERS = ("sites", "licenses", "renewals")


def raised() -> list[tuple[str, str, frozenset[str] | None]]:
    """Each Fault of the sources: place, code, names of its figures (None where they are put together elsewhere)."""
    found = []
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fault":
                code, params = node.args[0], next((k.value for k in node.keywords if k.arg == "params"), None)
                if not isinstance(code, ast.Constant):
                    continue
                if isinstance(params, ast.Dict):
                    names = frozenset(k.value for k in params.keys if isinstance(k, ast.Constant))
                else:
                    names = frozenset() if params is None else None
                found.append((f"{source.name}:{node.lineno}", code.value, names))
    return found


@pytest.mark.parametrize(("place", "code", "names"), raised())
def test_each_fault_has_a_sentence_that_its_figures_fill(place, code, names):
    told = sentence(code, dict.fromkeys(names or (), "x"))
    assert told and told != code
    if names is not None:
        assert "%(" not in told + remedy(code, dict.fromkeys(names, "x"))


def test_checks_have_their_words():
    assert {f"V{n}" for n in range(1, 20)} <= set(WORDS)
    for code, words in WORDS.items():
        assert str(words.message).endswith((".", "…")), code


def test_no_other_package_speaks_of_our_codes():
    for app in OTHERS:
        assert not set(WORDS) & set(import_module(f"{app}.words").WORDS), app


def test_steps_turns_and_assumptions_have_their_names():
    verbs = {t.action for t in workflow.TRANSFER.transitions} - {"complete"}
    assert verbs <= set(STEPS) and verbs == set(DONE) and {"submit", "retry", "undo"} <= set(BATCH_DONE)
    turns = {workflow.whose_turn(s) for s in workflow.TRANSFER.statuses}
    assert turns | {"target_contact", "primary_contact"} <= set(TURNS)
    assert set(assumptions(CURRENT)) | {"T5-long"} <= set(ASSUMPTIONS)
    assert {"cover_lapsed", "price_missing", "own_line_not_renewed"} <= set(LEFT_OUT)


@pytest.mark.parametrize(
    ("lang", "site", "part"),
    [
        (
            "en",
            "There is no site 12345 that you can see. Did you mean 0012345?",
            "Site 0012345 holds no license of part D0ABCL. Did you mean D0ABCLL, D0ABCLX or D0ABCMM?",
        ),
        (
            "da",
            "Du kan ikke se nogen lokation 12345. Mente du 0012345?",
            "Lokation 0012345 har ingen licens på varen D0ABCL. Mente du D0ABCLL, D0ABCLX eller D0ABCMM?",
        ),
    ],
)
def test_suggestions_are_told_at_once_and_when_they_were_kept(lang, site, part):
    near = ["D0ABCLL", "D0ABCLX", "D0ABCMM"]
    faults = [
        Fault("site_unknown", "source_site_number", "2", {"value": "12345", "suggestions": ["0012345"]}),
        Fault("part_not_held", "part_number", "2", {"site": "0012345", "part_number": "D0ABCL", "suggestions": near}),
    ]
    kept = json.loads(json.dumps([stored_fault(fault) for fault in faults]))
    with translation.override(lang):
        assert [fault_sentence(fault) for fault in faults] == [site, part]
        assert [retold(fault)["message"] for fault in kept] == [site, part]
    assert kept[1]["params"]["suggestions"] == near


def test_without_suggestions_the_usual_remedy_is_told():
    fault = Fault("site_unknown", "source_site_number", "2", {"value": "12345", "suggestions": []})
    assert fault_sentence(fault).endswith("Check the number in the list of your sites.")
