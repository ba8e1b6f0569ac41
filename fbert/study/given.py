"""The states of an encoder that were not trained here, as a study gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fbert.errors import InputError
from fbert.states import State

_PLACES = ("hub", "folder", "package")
_OWN_SOURCE = (*_PLACES, "revision", "adapter")


@dataclass(frozen=True)
class GivenState:
    """A state that is read, not trained.

    Attributes:
        source: where it comes from, with all that it shares with its encoder (layers and the like).
        step: number of updates of training behind it, None if it is no part of a trajectory.
    """

    source: Mapping[str, Any]
    step: int | None = None


def given_states(encoder: Mapping[str, Any], key: str) -> dict[str, GivenState]:
    """Return the states that an encoder's entry gives, by name, those with a step last and in their order.

    An entry that names no place of its own is at the encoder's: another revision of it, or an adapter on it.

    Args:
        encoder: its entry.
        key: file and key, to begin a message with.

    Raises:
        InputError: a state without a source, with two, or with the encoder's own; a name that is taken; steps
            that do not follow one another. The message has the key.
    """
    found = {
        name: GivenState(_source(encoder, entry, f"{key}.states.{name}"), entry.get("step"))
        for name, entry in encoder.get("states", {}).items()
    }
    for name in found:
        _check_name(name, f"{key}.states.{name}")
    _check_steps(first_step(encoder), found, key)
    return dict(sorted(found.items(), key=lambda item: -1 if item[1].step is None else item[1].step))


def first_step(encoder: Mapping[str, Any]) -> int:
    """Return the number of updates behind an encoder's own weights."""
    return int(encoder.get("step", 0))


def _source(encoder: Mapping[str, Any], entry: Mapping[str, Any], key: str) -> dict[str, Any]:
    places = [place for place in _PLACES if place in entry]
    if len(places) > 1:
        raise InputError(f"{key}: give one of hub, folder and package, not {' and '.join(places)}")
    shared = {name: value for name, value in encoder.items() if name not in _OWN_SOURCE}
    base = {} if places else {name: encoder[name] for name in _OWN_SOURCE if name in encoder}
    source = shared | base | {name: value for name, value in entry.items() if name != "step"}
    if ("hub" in source) != ("revision" in source):
        raise InputError(f"{key}: hub and revision belong together; pin the commit hash")
    own = {name: source[name] for name in _OWN_SOURCE if name in source}
    if own == {name: encoder[name] for name in _OWN_SOURCE if name in encoder}:
        raise InputError(
            f"{key}: is the encoder itself, which is the state 'original'; give another revision, hub, "
            "folder, package or adapter"
        )
    return {name: value for name, value in source.items() if name not in ("states", "step")}


def _check_name(name: str, key: str) -> None:
    try:
        State.given(name)
    except InputError as error:
        raise InputError(f"{key}: {error}") from error


def _check_steps(first: int, states: Mapping[str, GivenState], key: str) -> None:
    """Refuse steps that no order follows from; the encoder itself is the beginning."""
    taken = {first: "the encoder itself"}
    for name, state in states.items():
        if state.step is None:
            continue
        before = first if state.step < first else state.step
        if before in taken:
            raise InputError(
                f"{key}.states.{name}.step: {state.step}, where {taken[before]} is at {before}; steps count "
                "updates of one training run, which begins with the encoder (`step` beside `states`; 0 "
                "if not given)"
            )
        taken[state.step] = f"state {name}"
