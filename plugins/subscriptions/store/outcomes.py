"""What became of claims, as it is written into their rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, Update, bindparam, func, select, update

from plugins.subscriptions.delivery import DeliveryState, Outcome
from plugins.subscriptions.store.tables import deliveries, is_one_of

_S = DeliveryState

FROM: dict[DeliveryState, frozenset[DeliveryState]] = {
    # what is known of an attempt may arrive late: after the lease, or after the row went back into the queue
    _S.ACCEPTED: frozenset({_S.HANDING_OVER, _S.IN_DOUBT, _S.HELD, _S.QUEUED}),
    _S.QUEUED: frozenset({_S.CLAIMED, _S.HANDING_OVER, _S.IN_DOUBT}),
    _S.REFUSED: frozenset({_S.HANDING_OVER, _S.IN_DOUBT}),
    _S.IN_DOUBT: frozenset({_S.HANDING_OVER}),
}
"""From which states an outcome may be written, if the fence is still the claim's."""


def _outcome(state: DeliveryState, **values: object) -> Update:
    return (
        update(deliveries)
        .where(
            deliveries.c.number == bindparam("b_number"),
            deliveries.c.fence == bindparam("b_fence"),
            is_one_of(deliveries.c.state, FROM[state]),
        )
        .values(state=state, changed_at=bindparam("b_now"), lease_until=None, **values)
    )


_REPLY: BindParameter[str] = bindparam("b_reply")
_OUTCOMES = {
    _S.ACCEPTED: _outcome(_S.ACCEPTED, reply=_REPLY, relay_id=bindparam("b_relay_id"), reason=None),
    _S.REFUSED: _outcome(_S.REFUSED, reply=_REPLY),
    _S.IN_DOUBT: _outcome(_S.IN_DOUBT, reply=_REPLY, doubts=deliveries.c.doubts + 1),
    _S.QUEUED: _outcome(
        _S.QUEUED,
        reply=func.coalesce(_REPLY, deliveries.c.reply),
        next_at=bindparam("b_next"),
        attempts=deliveries.c.attempts - bindparam("b_unattempted"),
    ),
}


def write_outcomes(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> tuple[Outcome, ...]:
    """Write what became of claims. Answer those outcomes that came too late, for the row has gone another way."""
    void: list[Outcome] = []
    for state in {each.state for each in outcomes}:
        same = [each for each in outcomes if each.state is state]
        written = connection.execute(_OUTCOMES[state], [_values(each, now) for each in same]).rowcount
        if written != len(same):
            void += [each for each in same if not _is_known(connection, each)]
    return tuple(void)


def _values(outcome: Outcome, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        "b_number": outcome.number,
        "b_fence": outcome.fence,
        "b_now": now,
        "b_reply": outcome.reply or None,
    }
    if outcome.state is _S.ACCEPTED:
        values["b_relay_id"] = outcome.relay_id
    if outcome.state is _S.QUEUED:
        values |= {"b_next": outcome.next_at or now, "b_unattempted": 0 if outcome.attempted else 1}
    return values


def _is_known(connection: Connection, outcome: Outcome) -> bool:
    """Whether the row says what the outcome says, from now or from before. A letter that bounced was accepted."""
    says = {outcome.state} | ({_S.BOUNCED, _S.COMPLAINED} if outcome.state is _S.ACCEPTED else set())
    return (
        connection.scalar(
            select(deliveries.c.number).where(
                deliveries.c.number == outcome.number,
                deliveries.c.fence == outcome.fence,
                is_one_of(deliveries.c.state, says),
            )
        )
        is not None
    )
