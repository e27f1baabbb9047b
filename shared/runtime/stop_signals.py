"""What tells a process to end."""

import signal


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return those of Ctrl-C, of a service manager, and of a terminal that is closed, which `nohup` lets it outlive."""
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *(() if outlives else (signal.SIGHUP,)))
