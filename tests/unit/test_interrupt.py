"""The event that ends main loops, set by a signal's handler at the worst of moments."""

import signal
import subprocess
import sys
import threading

import pytest

from searchsvc.interrupt import Interrupt

# Sets the event in the thread that waits for it, after so many instructions of its wait.
PROGRAM = """
import sys, threading
from searchsvc.interrupt import Interrupt

event, left = eval(sys.argv[1])(), int(sys.argv[2])

def trace(frame, what, _):
    global left
    frame.f_trace_opcodes = True
    left -= 1
    if left == 0:
        sys.settrace(None)
        event.set()
    return trace

def late():
    import time
    time.sleep(0.2)
    event.set()

threading.Thread(target=late, daemon=True).start()
sys.settrace(trace)
event.wait()
"""


def hangs(kind: str, after: int) -> bool:
    """Whether a thread waits for ever that sets the event in the middle of its own wait."""
    command = [sys.executable, "-c", PROGRAM, kind, str(after)]
    try:
        return bool(subprocess.run(command, timeout=5, check=False).returncode)
    except subprocess.TimeoutExpired:
        return True


# The system gives a signal to a thread that is not the one that waits.
ELSEWHERE = """
import signal, sys, threading, time
from searchsvc.interrupt import Interrupt

event = Interrupt()
signal.signal(signal.SIGTERM, lambda *_: event.set())
other = threading.Thread(target=time.sleep, args=(60,), daemon=True)
other.start()
kill = threading.Timer(0.5, signal.pthread_kill, (other.ident, signal.SIGTERM))
kill.start()
event.wait()
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals of threads here")
def test_a_signal_that_another_thread_got_ends_a_wait() -> None:
    """Of several at once the system gives one to whichever thread is free."""
    ended = subprocess.run([sys.executable, "-c", ELSEWHERE], timeout=20, check=False)
    assert ended.returncode == 0


@pytest.mark.parametrize("after", [*range(1, 12), *range(12, 42, 4)])
def test_it_may_be_set_at_any_moment_of_a_wait(after: int) -> None:
    """By the thread itself, as a handler does; `threading.Event` hangs from the 16th on."""
    assert not hangs("Interrupt", after)


def test_another_thread_sets_it() -> None:
    """Before a wait and during one; cleared, it can be waited for again."""
    event = Interrupt()
    for _ in range(3):
        thread = threading.Timer(0.05, event.set)
        thread.start()
        assert event.wait()
        assert event.is_set()
        assert event.wait()
        thread.join()
        event.clear()
        assert not event.is_set()
