"""Who a process is, so that the lease of one that died here need not be waited for."""

import os
import secrets
import socket
from pathlib import Path

_PROC = Path("/proc")


def owner_name() -> str:
    """`host:world:pid:start:nonce`: unique for each lease, readable by whoever waits for it.

    `world` is the boot and the process namespace: containers that share a host's name have pids
    of their own, and only within one world does a missing pid mean a dead process.
    """
    pid = os.getpid()
    parts = (socket.gethostname(), _world(), str(pid), _start(pid) or "?", secrets.token_hex(4))
    return ":".join(part.replace(":", "_") for part in parts)


def is_dead(owner: str) -> bool:
    """Whether the owner was a process of this very host that has ended; False when unsure."""
    parts = owner.split(":")
    if len(parts) != 5 or not parts[2].isdigit():
        return False
    host, world, pid, start, _ = parts
    if not world or (host, world) != (socket.gethostname().replace(":", "_"), _world()):
        return False
    return start != "?" and _start(int(pid)) != start


def _world() -> str:
    """Names this boot and process namespace; empty where the system does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
        return f"{boot}-{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _start(pid: int) -> str | None:
    """When the process started, in ticks since boot; None when it has ended or nobody tells."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name in parentheses may hold blanks and parentheses; the fields after it do not.
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in "ZX" else fields[19]
