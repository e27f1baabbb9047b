"""One request for assistance across to the neighbour and back, and a second one that is refused: step by step."""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from shared.kernel.clock import shanghai_day
from simulation.ahead import AheadClock
from simulation.demo.screen import Screen
from simulation.federation.installation import Installation, InstallationFailed

_GRANT_DAYS = 365
_LONGEST_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_REQUESTS = "/federation/assistance-requests"
_MEANINGS = {
    "sending": "发送中 / on its way",
    "received": "已收到回执 / receipt received",
    "accepted": "已受理 / accepted",
    "refused": "不予协助 / refused",
    "undeliverable": "无法送达 / undeliverable",
}


@dataclass(slots=True)
class Walk:
    """Takes the steps, and says each one."""

    here: Installation
    there: Installation
    screen: Screen
    _step: int = 0

    def run(self) -> None:
        """Take all steps. Raises InstallationFailed at the first that does not end as it should."""
        self._meet()
        self._grant()
        self._accepted()
        self._refused()
        self._proven()

    def _say(self, zh: str, en: str, *details: str) -> None:
        self._step += 1
        self.screen.say("", f"{self._step}. {zh}", f"   {en}", *(f"   · {detail}" for detail in details))

    def _today(self) -> date:
        """Return the day on which the two live; it may be ahead of ours."""
        return shanghai_day(AheadClock(self.here.data).now())

    def _meet(self) -> None:
        with tempfile.TemporaryDirectory(prefix="lew-federation-") as folder:
            for mine, other in ((self.here, self.there), (self.there, self.here)):
                self._exchange(mine, other, Path(folder) / f"{mine.port}.json")

    def _exchange(self, mine: Installation, other: Installation, file: Path) -> None:
        """Hand the file of one over to the other, who compares the fingerprint."""
        written = mine.command("federation", "identity", "--out", str(file), "--json")
        fingerprint: str = json.loads(written)["fingerprint"]
        added = other.command("federation", "partner", "add", str(file), "--fingerprint", fingerprint)
        self._say(
            f"{mine.name}写出伙伴文件，{other.name}核对指纹后添加",
            f"{mine.name} writes its file; {other.name} compares the fingerprint and adds it",
            f"$ {mine.program} federation identity --out {file.name}",
            f"$ {other.program} federation partner add {file.name} --fingerprint …",
            f"指纹 / fingerprint {fingerprint}",
            added,
        )

    def _grant(self) -> None:
        until = (self._today() + timedelta(days=_GRANT_DAYS)).isoformat()
        words = ["--operation", "service_of_documents", "--data-class", "personal"]
        words += ["--jurisdiction", "310112", "--purpose", "arbitration", "--expires", until]
        given = self.there.command("federation", "grant", "add", self.here.name, *words)
        self._say(
            f"{self.there.name}准许{self.here.name}请求送达，其余一律不准",
            f"{self.there.name} allows {self.here.name} to ask for service of documents, and nothing else",
            f"$ {self.there.program} federation grant add {self.here.name} {' '.join(words)}",
            given,
        )

    def _accepted(self) -> None:
        asked, arrived = self._ask("送达仲裁申请书副本 / serve a copy of the application", 1)
        decided = self.there.call("POST", f"{_REQUESTS}/{arrived['id']}/accept", {"action_id": str(uuid4())})
        self._say(
            f"{self.there.name}的办案人员受理",
            f"an officer of {self.there.name} accepts",
            f"POST …/accept → {decided['state']}",
        )
        self._back(asked, "accepted")

    def _refused(self) -> None:
        asked, arrived = self._ask("送达开庭通知书 / serve the notice of hearing", 2)
        reason = "被申请人已迁出本辖区，无法送达 / the respondent has moved away"
        body = {"action_id": str(uuid4()), "reason": reason}
        decided = self.there.call("POST", f"{_REQUESTS}/{arrived['id']}/refuse", body)
        self._say(
            f"{self.there.name}的办案人员不予协助，说明理由",
            f"an officer of {self.there.name} refuses, with a reason",
            f"POST …/refuse → {decided['state']}：{reason}",
        )
        self._back(asked, "refused")

    def _ask(self, subject: str, number: int) -> tuple[str, Any]:
        """Send a request; return its id here, and the request as it arrived there."""
        body = {
            "action_id": str(uuid4()),
            "partner_id": self._partner(),
            "operation": "service_of_documents",
            "data_class": "personal",
            "jurisdiction": "310112",
            "purpose": "arbitration",
            "case_reference": f"演示（{self._today().year}）办字第{number:04d}号",
            "legal_basis": "劳动人事争议仲裁办案规则",
            "subject": subject,
            "content": "请向被申请人住所地送达。 / Please serve it at the respondent's address.",
        }
        asked: str = self.here.call("POST", _REQUESTS, body)["id"]
        self._say(
            f"{self.here.name}请求协助：{subject.partition(' / ')[0]}",
            f"{self.here.name} asks for assistance: {subject.partition(' / ')[2]}",
            f"POST /api/dashboard/v1{_REQUESTS} → {asked}",
        )
        here = self._until(self.here, asked, lambda known: known["state"] != "sending")
        if here["state"] != "received":
            raise _unexpected(here)
        arrived = next(
            one
            for one in self.there.call("GET", f"{_REQUESTS}?direction=incoming&state=received")["items"]
            if one["message_id"] == asked
        )
        receipt = next(one for one in here["messages"] if one["kind"] == "answer")
        self._say(
            "签名请求已送达，签名回执已收到并验证",
            "the signed request has arrived; the signed receipt came back and was verified",
            _MEANINGS[here["state"]],
            f"回执 / receipt {receipt['body']}",
            f"密钥 / key {receipt['kid']}",
        )
        return asked, arrived

    def _partner(self) -> str:
        partners = self.here.call("GET", "/federation/partners")["items"]
        found: str = next(one["id"] for one in partners if one["base_url"] == self.there.address)
        return found

    def _back(self, asked: str, state: str) -> None:
        known = self._until(self.here, asked, lambda one: one["state"] in {"accepted", "refused"})
        if known["state"] != state:
            raise _unexpected(known)
        told = [f"{one['direction']:>3} {one['kind']:<8} {one['hash'][:16]}…" for one in known["messages"]]
        reason = [f"理由 / reason：{known['reason']}"] if known["reason"] else []
        self._say(
            f"签名的办理状态回到{self.here.name}",
            f"the signed status is back at {self.here.name}",
            _MEANINGS[known["state"]],
            *reason,
            "往来报文（逐条签名、哈希相连） / messages, each signed, chained by hash:",
            *told,
        )

    def _proven(self) -> None:
        checked = [
            f"{one.name}: {one.command('federation', 'verify-log')}" for one in (self.here, self.there)
        ]
        self._say("双方核验往来报文", "both sides check what was exchanged", *checked)

    def _until(self, where: Installation, asked: str, done: Callable[[Any], bool]) -> Any:
        until = time.monotonic() + _LONGEST_SECONDS
        while True:
            known = where.call("GET", f"{_REQUESTS}/{asked}")
            if done(known):
                return known
            if time.monotonic() > until:
                raise _unexpected(known)
            time.sleep(_LOOK_SECONDS)


def _unexpected(known: Any) -> InstallationFailed:
    told = f"{known['state']}, {known['delivery']}, {known['last_error']}"
    return InstallationFailed(
        f"事项没有按预期进行：{told}。", f"The request did not go as it should: {told}."
    )
