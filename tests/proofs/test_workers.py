"""Processes and threads that an interruption stops: what is handed over, and what is left running."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from gatedmem.proofs import workers
from gatedmem.proofs.workers import interruptible, processes


def test_processes_do_the_work_after_their_beginning_with_one_thread_each(monkeypatch):
    for name in workers.ONE_THREAD:
        monkeypatch.setenv(name, "3")  # so that what it was comes back after the test
    monkeypatch.delenv("OMP_NUM_THREADS")
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
    with processes(1, os.getpid) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
        assert pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result() == "3"  # who has chosen is listened to
        # It is this process that hears Ctrl-C and ends them.
        assert pool.submit(signal.getsignal, signal.SIGINT).result() is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        (child,) = multiprocessing.active_children()
    signal.signal(signal.SIGINT, heard)
    assert not child.is_alive()  # and they end with the block


def test_an_exception_ends_the_processes_at_once_and_no_others():
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,), daemon=True)
    other.start()
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt), processes(1) as pool:  # noqa: PT012
            pool.submit(int).result()
            (child,) = set(multiprocessing.active_children()) - {other}
            waiting = [pool.submit(time.sleep, 60) for _ in range(3)]
            raise KeyboardInterrupt
        child.join(20)
        assert not child.is_alive()
        assert time.monotonic() - began < 30
        while not all(piece.done() for piece in waiting) and time.monotonic() - began < 30:
            time.sleep(0.01)
        assert all(piece.cancelled() or piece.exception(0) is not None for piece in waiting)
        assert other.is_alive()
    finally:
        other.kill()
        other.join()


ORPHANS = """
import os, time
from gatedmem.proofs.workers import processes

if __name__ == "__main__":
    with processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 60)
        time.sleep(60)
"""


def test_processes_end_when_this_one_is_killed(tmp_path):
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, script], text=True, **pipes) as running:
        assert int(running.stdout.readline()) != running.pid
        running.kill()
        began = time.monotonic()
        assert running.stdout.read() == ""  # this lasts until the last process that holds the pipe has ended
        assert time.monotonic() - began < 30


def test_work_in_a_thread_hands_over_what_came_out():
    threads = []

    def work():
        threads.append(threading.current_thread())
        return 7

    assert interruptible(work) == 7
    assert threads[0] is not threading.current_thread()
    assert threads[0].daemon  # it does not keep an interrupted program alive
    assert interruptible(lambda: None) is None


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_work_in_a_thread_hands_over_its_exception(error):
    def work():
        raise error

    with pytest.raises(type(error)) as caught:
        interruptible(work)
    assert caught.value is error


def test_only_the_main_thread_changes_what_a_signal_does():
    before = signal.getsignal(signal.SIGINT)
    with workers._deaf_to_interruption():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) is before

    def elsewhere():
        with workers._deaf_to_interruption():
            return signal.getsignal(signal.SIGINT)

    assert interruptible(elsewhere) is before
