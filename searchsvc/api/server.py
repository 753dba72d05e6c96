"""Runs the app on granian: checks the port, starts workers, stops without losing a request."""

import logging
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from searchsvc.api.draining import Draining
from searchsvc.api.workers import Lifelines, signals_held
from searchsvc.errors import SettingsError
from searchsvc.interrupt import Interrupt
from searchsvc.settings import Api

# Half-sent headers are dropped after this; normal ones arrive within milliseconds.
_HEADER_MILLISECONDS = 3000
# Also the longest head of a request: beyond it, 431.
_BUFFER_BYTES = 16 * 1024
# After draining, workers have this long to answer what they have begun, and this long to obey
# before they are killed.
_STOP_SECONDS = 7
_OBEY_SECONDS = 1
_log = logging.getLogger(__name__)


def serve(
    target: str,
    settings: Api,
    data_dir: Path,
    *,
    on_started: Callable[[], object] | None = None,
    on_stop: Callable[[], object] | None = None,
    drain_seconds: float = 1.0,
) -> None:
    """Serve the app that `target` (`module:factory`) makes in each worker, until SIGTERM or Ctrl-C.

    `on_started` is called in this process once the
    workers have been started, `on_stop` when they are asked to stop; both may start and end
    threads. For `drain_seconds` before the workers stop, /readyz says 503 while everything else
    is still answered. Returns when all has stopped; raises SettingsError when the port cannot be
    used.
    """
    check_port(settings.host, settings.port)
    # A fork would copy locks that other threads of this process hold.
    multiprocessing.set_start_method("spawn", force=True)
    _Server(
        target, settings, Draining.of_server(data_dir), on_started, on_stop, drain_seconds
    ).serve()


def check_port(host: str, port: int) -> None:
    """Raises SettingsError, with the next step, when nothing can listen there."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(address[0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address[4])
    except OSError as error:
        message = f"cannot listen on {host} port {port}: {(error.strerror or 'no').lower()}"
        hint = "stop what listens there, or choose another port with --port or api.port"
        raise SettingsError(message, hint=hint) from error


class _Server(MPServer):
    """Granian's server with our hooks around the life of its workers."""

    def __init__(
        self,
        target: str,
        settings: Api,
        draining: Draining,
        on_started: Callable[[], object] | None,
        on_stop: Callable[[], object] | None,
        drain_seconds: float,
    ) -> None:
        super().__init__(
            target,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            workers=settings.workers,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=_BUFFER_BYTES
            ),
            websockets=False,
            factory=True,
            respawn_failed_workers=True,
            workers_kill_timeout=_OBEY_SECONDS,
            log_level=LogLevels.warning,
        )
        # A signal that came while granian's own began to wait stopped the server for ever.
        self.main_loop_interrupt = Interrupt()  # type: ignore[assignment]  # as much as it uses
        self._draining = draining
        self._on_started = on_started
        self._on_stop = on_stop
        self._drain_seconds = drain_seconds
        self._lifelines = Lifelines()
        self._outlives_terminal = _hangup_is_ignored()

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the workers, then what runs beside them."""
        self._draining.end()
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        if self._on_started is not None:
            self._on_started()

    def shutdown(self, exit_code: int = 0) -> None:
        """Tell probes first; then stop what runs beside the workers, and the workers."""
        self._begin_draining()
        try:
            if self._on_stop is not None:
                self._on_stop()
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        finally:
            self._draining.end()

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Stop, once: a second signal that interrupts the handler of the first would wait for it,
        and it for the second.
        """
        if not self.interrupt_signal:
            super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]

    def signal_handler_reload(self, *args: Any, **kwargs: Any) -> None:
        """A closed terminal ends the server, unless it was started with nohup."""
        if not self._outlives_terminal:
            self.signal_handler_interrupt(*args, **kwargs)

    def _spawn_worker(self, idx: int, target: Any, *args: Any, **kwargs: Any) -> WorkerProcess:
        target = self._lifelines.attach(idx, target)
        return super()._spawn_worker(idx, target, *args, **kwargs)

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        with signals_held():
            super()._spawn_workers(spawn_target, target_loader)  # type: ignore[no-untyped-call]

    def _respawn_workers(self, workers: list[int], *args: Any, **kwargs: Any) -> None:
        with signals_held():
            super()._respawn_workers(workers, *args, **kwargs)

    def _stop_workers(self) -> None:
        for worker in self.wrks:
            worker.interrupt_by_parent = True
        self._lifelines.cut()
        # Granian waits too, but on a busy machine takes a worker that has ended for one that runs.
        deadline = time.monotonic() + _STOP_SECONDS
        while self._is_any_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        super()._stop_workers()  # type: ignore[no-untyped-call]

    def _is_any_alive(self) -> bool:
        return any(worker.inner.is_alive() for worker in self.wrks)

    def _begin_draining(self) -> None:
        if self._drain_seconds <= 0:
            return
        try:
            self._draining.begin()
        except OSError as error:
            _log.warning("probes cannot be told that the server stops: %s", error)
        time.sleep(self._drain_seconds)


def _hangup_is_ignored() -> bool:
    return hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
