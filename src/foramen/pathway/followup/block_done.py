"""How a block was done, read from what happened at the table."""

from foramen.pathway.answer import Answer
from foramen.pathway.followup.block import Block
from foramen.pathway.injectate.products import Role, product
from foramen.pathway.procedure import Given, ProcedureRecord
from foramen.pathway.procedure.events import ContrastGiven, Injected


def block_done(
    record: ProcedureRecord,
    *,
    root_count: int = 1,
    sedation_or_opioid: Answer = Answer.UNKNOWN,
    analgesic_before: Answer = Answer.UNKNOWN,
) -> Block | None:
    """The block of one procedure; None where no anaesthetic reached the root.

    Only events that the order allowed count. The volume is everything that went through the needle, contrast of earlier
    positions included, since it lies near the root all the same.
    """
    events = record.course().state.events
    given = [part for event in events if isinstance(event, Injected) for part in event.given]
    contrast = [event for event in events if isinstance(event, ContrastGiven)]
    agents = [product(part.product).agent for part in given if _is(part, Role.ANAESTHETIC)]
    if not agents:
        return None
    volume_ml = sum(part.volume_ml for part in given) + sum(event.volume_ml for event in contrast)
    return Block(
        agent=agents[0],
        pattern=contrast[-1].pattern if contrast else None,
        volume_ml=round(volume_ml, 3),
        root_count=root_count,
        sedation_or_opioid=sedation_or_opioid,
        steroid_given=Answer.of(any(_is(part, Role.STEROID) for part in given)),
        analgesic_before=analgesic_before,
    )


def _is(part: Given, role: Role) -> bool:
    return product(part.product).role is role
