"""What happens once the doors are open: the last 30 days arrive, the first warnings are assigned, work begins."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from services.warning.repository import assessments
from shared.db.tx import Database
from simulation.demo.doors import Doors
from simulation.demo.feed import send_recent
from simulation.demo.folder import DemoFolder, Stage
from simulation.demo.handling import begin_work, busiest_first, open_warnings
from simulation.demo.memory import give_memory_back
from simulation.demo.people import People, read_people, store_people
from simulation.demo.screen import Screen
from simulation.demo.table import open_by_town, show_table

_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Opening:
    """Runs beside the server, and is the server's ready check until it is done."""

    folder: DemoFolder
    warning: Database
    address: str
    screen: Screen
    program: str

    async def ready(self) -> str | None:
        """Say what is missing until the first warnings are with their coordinators."""
        if self.folder.stage is Stage.LIVE:
            return None
        return "the last 30 days are still arriving, the first warnings are not assigned yet"

    async def run(self) -> None:
        """Bring the district up to today, then show where everything is."""
        async with Doors.at(self.address) as doors:
            await doors.wait()
            if self.folder.stage is not Stage.LIVE:
                await self._catch_up(doors)
        show_table(self.screen, await open_by_town(self.warning))
        self._show_where()

    async def _catch_up(self, doors: Doors) -> None:
        people = read_people(self.folder.path)
        await self._send(doors, people)
        await self._assess()
        with self.screen.step("网格员开始处置 / coordinators begin work") as step:
            load = await open_warnings(doors, people)
            step.note = f"已签收 {await begin_work(doors, people, load)} / {load.total()}"
        store_people(self.folder.path, busiest_first(people, load))
        give_memory_back()
        self.folder.reach(Stage.LIVE)

    async def _send(self, doors: Doors, people: People) -> None:
        recent = self.folder.world / "recent.ndjson"
        with recent.open("rb") as lines:
            total = sum(1 for _ in lines)
        with self.screen.step("报送近 30 天信号 / sending 30 days", total) as step:
            step.note = _told(await send_recent(doors, recent, people.departments, step.reach))

    async def _assess(self) -> None:
        """Wait until nobody is left in the queue."""
        with self.screen.step("评估全部企业 / assessing everybody", first := await self._waiting()) as step:
            while waiting := await self._waiting():
                step.reach(first - waiting)
                await asyncio.sleep(_LOOK_SECONDS)

    async def _waiting(self) -> int:
        async with self.warning.read() as tx:
            return await assessments.waiting(tx)

    def _show_where(self) -> None:
        folder = self.folder.path
        rows = [
            ("打开 / open", self.address),
            ("账号 / accounts", f"{self.program} demo accounts --json --data {folder}"),
            ("数据 / data", f"{folder}  （日志 / log: {self.folder.log.name}）"),
            ("停止 / stop", "Ctrl-C"),
            ("重来 / start over", f"make demo-reset DATA={folder}"),
        ]
        self.screen.say("")
        self.screen.rows(rows)
        self.screen.say("")


def _told(counts: Counter[str]) -> str:
    names = {"accepted": "接收", "duplicate": "重复", "held": "暂存", "refused": "拒收"}
    return "  ".join(f"{name} {counts[status]:,}" for status, name in names.items() if counts[status])
