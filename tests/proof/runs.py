"""Many runs of a machine, none of whose faults gets lost."""

from typing import ClassVar

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


class Watched(RuleBasedStateMachine):
    """Has an end at which it is looked at. calls, faults: of all runs.

    A run that becomes too long is cut short by hypothesis; it ends as well, and what is raised then hypothesis drops.
    """

    calls: ClassVar[int] = 0
    faults: ClassVar[list[AssertionError]] = []

    def end(self) -> None:
        """AssertionError where something is wrong in the end."""

    def teardown(self) -> None:
        try:
            self.end()
        except AssertionError as error:
            self.faults.append(error)
            raise


def run_many(machine: type[Watched], examples: int, steps: int, number: int | None = None) -> int:
    """How many calls were made. number: the seed, None = another one each time.

    AssertionError, with the shortest way to it unless its run was cut short.
    """
    machine.calls, machine.faults = 0, []
    run_state_machine_as_test(
        machine if number is None else seed(number)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    if machine.faults:
        raise machine.faults[0]
    return machine.calls
