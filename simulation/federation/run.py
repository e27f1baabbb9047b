"""`demo federation`: two whole installations on this machine, and one request across and back."""

import signal
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from shared.kernel.errors import DomainError, Kind
from shared.runtime.stop_signals import stop_signals
from simulation.demo.screen import Screen
from simulation.federation.installation import Installation, running
from simulation.federation.walk import Walk

OUR_NAME = "闵行区劳动人事争议仲裁院"
NEIGHBOUR = "邻区劳动人事争议仲裁院（演示）"
NEIGHBOURS_ENTERPRISES = 500
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Places:
    """Where the two are."""

    port: int
    data: Path
    port2: int
    data2: Path
    enterprises: int


class OnePlaceForTwo(DomainError):
    """The two installations are to share a port or a folder."""

    kind = Kind.CONFLICT
    code = "demo.one_place_for_two"


def check_apart(places: Places) -> None:
    """Raise OnePlaceForTwo where the two would take each other's port or folder."""
    if places.port == places.port2:
        raise OnePlaceForTwo(
            f"PORT 与 PORT2 同为 {places.port}：请用 PORT2= 指定另一个端口。",
            f"PORT and PORT2 are both {places.port}: choose another port with PORT2=.",
        )
    ours, theirs = places.data.resolve(), places.data2.resolve()
    if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
        raise OnePlaceForTwo(
            f"DATA（{ours}）与 DATA2（{theirs}）是同一目录，或一个在另一个之中：请用 DATA2= 指定另一个目录。",
            f"DATA ({ours}) and DATA2 ({theirs}) are one folder, or one lies in the other:"
            " choose another folder with DATA2=.",
        )


def run(places: Places, program: str, *, keep: bool) -> int:
    """Walk a request across and back; return the exit status. Everything started here ends here.

    Raises what stands in the way, before anything of the two is touched.
    """
    check_apart(places)
    here = Installation(OUR_NAME, places.port, places.data, places.enterprises, program)
    there = Installation(
        NEIGHBOUR, places.port2, places.data2, NEIGHBOURS_ENTERPRISES, program, leader=places.data
    )
    for one in (here, there):
        if not one.runs():
            one.check_startable()
    screen = Screen()
    for name in stop_signals():
        signal.signal(name, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            _start(stack, there, screen, throw_away=True)
            _start(stack, here, screen, throw_away=False)
            Walk(here, there, screen).run()
            if keep:
                _serve(here, there, screen)
    except KeyboardInterrupt:
        return _INTERRUPTED
    screen.say("", "已结束 / done")
    return 0


def _start(stack: ExitStack, one: Installation, screen: Screen, *, throw_away: bool) -> None:
    with screen.step(f"启动 / starting {one.name}") as step:
        stack.enter_context(running(one, throw_away=throw_away))
        step.note = one.address


def _serve(here: Installation, there: Installation, screen: Screen) -> None:
    """Leave both running until Ctrl-C."""
    screen.say(
        "", f"{here.name}  {here.address}", f"{there.name}  {there.address}", "Ctrl-C 停止 / stops both"
    )
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(1)
