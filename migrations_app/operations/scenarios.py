"""A what-if is kept to be compared with others, or let go. A person's own notes: nobody else is told of them."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from migrations_app.models import MOST_SCENARIOS, Scenario
from migrations_app.queries.scenarios import figures_of, scenarios_for
from migrations_app.queries.what_if import Question, answer
from portal.kernel.errors import Fault, Invalid, NotFound, Refused
from sites.tenancy.actor import Actor

LONGEST_NAME = 60
NAME_ONCE = "scenario_name_once"


@transaction.atomic
def keep_scenario(*, actor: Actor, at: datetime, on: date, question: Question, name: str) -> Scenario:
    """Keep `question` under `name`, with the headline of its answer as of `on`.

    Raises Invalid without a name (`scenario_name_missing`) or for a long one (`text_too_long`), Refused where a
    scenario of that name (`scenario_name_taken`) or three of them (`scenarios_full`) are kept about the customer
    already, and where a line isn't to be seen any more (`what_if_lines_gone`).
    """
    name = name.replace("\0", "").strip()
    if not name:
        raise Invalid(Fault("scenario_name_missing", "name"))
    if len(name) > LONGEST_NAME:
        raise Invalid(Fault("text_too_long", "name", params={"limit": LONGEST_NAME}))
    found = answer(question, actor, on)
    if found is None or found.gone:
        raise Refused(Fault("what_if_lines_gone", "lines"))
    kept = list(scenarios_for(actor, question.customer))
    if any(scenario.name == name for scenario in kept):
        raise Refused(Fault("scenario_name_taken", "name", params={"name": name}))
    taken = {scenario.slot for scenario in kept}
    scenario = Scenario(
        customer=question.customer,
        created_by_id=actor.user_id,
        name=name,
        asked=question.as_json,
        figures=figures_of(found),
        rule_version=found.result.rule_version,
        price_list=found.result.price_list,
        kept_on=on,
        created_at=at,
    )
    for slot in range(1, MOST_SCENARIOS + 1):
        if slot not in taken and _placed(scenario, slot):
            return scenario
    raise Refused(Fault("scenarios_full", params={"most": MOST_SCENARIOS}))


def _placed(scenario: Scenario, slot: int) -> bool:
    """Whether the database gave `scenario` the place: somebody at another page may have been faster."""
    scenario.slot = slot
    try:
        with transaction.atomic():
            scenario.save(force_insert=True)
    except IntegrityError as error:
        if NAME_ONCE in str(error):
            raise Refused(Fault("scenario_name_taken", "name", params={"name": scenario.name})) from error
        return False
    return True


@transaction.atomic
def drop_scenario(*, actor: Actor, scenario_id: UUID) -> None:
    """Let a scenario of the actor's go. Raises NotFound for one that isn't theirs."""
    gone, _ = Scenario.objects.visible_to(actor).filter(pk=scenario_id).delete()
    if not gone:
        raise NotFound()
