"""Work that an interruption stops: in processes that end with this one, or in a thread beside this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")

# One BLAS thread in each process: the processes already fill the cores, and sums keep one order.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@contextmanager
def processes(count: int, begin: Callable[[], Any] = int) -> Iterator[Executor]:
    """Processes that do what is submitted to them, one thread each.

    Where the block ends by an exception (an interruption, say) they are ended at once, whatever they are at; and they
    end by themselves when this process is killed.

    Args:
        count: how many.
        begin: a function of a module, called first in each of them.

    Raises:
        OSError: processes cannot be started here, for instance for want of shared semaphores.
    """
    os.environ.update({name: value for name, value in ONE_THREAD.items() if name not in os.environ})
    there = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin, (begin,))
    try:
        with _deaf_to_interruption():
            pool.submit(int)  # the first piece of work starts them all
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - there:
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def interruptible(work: Callable[[], Result]) -> Result:
    """Do the work in a thread of its own: compiled loops hear no Ctrl-C, and this thread does."""
    outcome: list[tuple[Result | None, BaseException | None]] = []

    def do() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    thread.join()
    result, error = outcome[0]
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


@contextmanager
def _deaf_to_interruption() -> Iterator[None]:
    """Processes started here hear no Ctrl-C: this one says, once, that it was interrupted, and ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(begin: Callable[[], Any]) -> None:
    begin()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    parent: Any = multiprocessing.parent_process()
    parent.join()
    os._exit(1)
