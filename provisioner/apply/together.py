"""Sends several requests of one step at the same time, such as the uploads of a store's documents."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from provisioner.apply.run import Run, StepFailed

Item = TypeVar("Item")
Result = TypeVar("Result")


def together(
    run: Run,
    items: Sequence[Item],
    work: Callable[[Item], Result],
    so_far: str,
    tell: Callable[[int], None] = lambda _done: None,
) -> list[Result]:
    """Do the work for every item, with as many threads as the run allows. Return the results in order.

    If an item fails, or the run is stopped, no further item is started, and the running ones are
    waited for. Then the error of the first failed item is raised, or StepFailed with `so_far`, a
    sentence with the placeholders `{done}` and `{total}`. `tell` is called with the number of
    finished items.
    """
    todo = iter(enumerate(items))
    results: dict[int, Result] = {}
    failures: dict[int, Exception] = {}
    lock = threading.Lock()

    def take_turns() -> None:
        # This is read without the lock: at worst one item more is started.
        while not (failures or run.stop()):
            with lock:
                at, item = next(todo, (-1, None))
            if item is None:
                return
            try:
                result = work(item)
            except Exception as error:  # noqa: BLE001  # raised below, once the others have ended
                failures[at] = error
                return
            with lock:
                results[at] = result
                done = len(results)
            tell(done)

    most = min(run.limits.parallelism, len(items))
    if most <= 1:
        take_turns()
    else:
        with ThreadPoolExecutor(most) as pool:
            for ended in [pool.submit(take_turns) for _ in range(most)]:
                ended.result()
    if failures:
        raise failures[min(failures)]
    if len(results) < len(items):
        told = so_far.format(done=len(results), total=len(items))
        raise StepFailed(f"interrupted: {told}. Apply again to continue")
    return [results[at] for at in range(len(items))]
