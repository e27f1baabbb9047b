"""`labour-warning simulate`: further days, played against the running demo from outside."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from shared.kernel.clock import SHANGHAI
from simulation.ahead import AheadClock
from simulation.demo.doors import Doors
from simulation.demo.folder import only_simulation, served
from simulation.demo.people import read_people
from simulation.demo.screen import Screen
from simulation.demo.stopping import Stopped, Stopping
from simulation.living.dice import Dice
from simulation.living.memory import Memory
from simulation.living.pacing import Pace
from simulation.living.play import Play

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Days:
    """What the person at the keyboard asked for; `speed` None is as fast as the system answers."""

    data: Path
    count: int
    speed: float | None
    seed: int | None


def simulate(asked: Days) -> int:
    """Play the days; return the exit status. Raises a DomainError that says what is in the way."""
    screen = Screen()
    stopping = Stopping(lambda: screen.say("", "正在停止… / stopping…"))
    folder, address = served(asked.data)
    clock = AheadClock(folder.path)
    with only_simulation(folder.path):
        seed = folder.seed if asked.seed is None else asked.seed

        async def work() -> None:
            with stopping.cancels_this_task():
                async with Doors.at(address) as doors:
                    people, memory = read_people(folder.path), Memory.read(folder.path, seed)
                    pace = Pace(clock, asked.speed)
                    play = Play(folder, people, doors, clock, pace, Dice(seed), memory, screen)
                    await play.days(asked.count)

        stopping.listen()
        try:
            asyncio.run(work())
        except Stopped:
            screen.say(f"已停在 {_now(clock)}，下次从这里继续 / stopped there, the next run goes on")
            return _INTERRUPTED
        screen.say(f"现在是 / it is now {_now(clock)}")
        return 0


def _now(clock: AheadClock) -> str:
    return f"{clock.now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
