"""`kafka`: the topics, who may write to them, and a broker for this machine."""

import json
import secrets
import signal
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.catalog import SPECS
from services.commands.faults import explained
from shared.bus.administration import admit as let_in
from shared.bus.administration import dismiss as turn_away
from shared.bus.administration import rewind as read_again
from shared.bus.embedded import JARS, a_broker
from shared.bus.topics import TopicState, ensure_topics, topic_states
from shared.events.topics import INTAKE_SIGNAL, TOPICS
from shared.kernel.clock import SHANGHAI
from shared.runtime.settings import CommonSettings
from shared.runtime.stop_signals import stop_signals

_PASSWORD_BYTES = 24
OUR_OWN = frozenset({*SPECS, "topics", "admin"})
"""Users of ours at the broker (deploy/kafka/server.properties), who may do everything there."""

app = typer.Typer(name="kafka", no_args_is_help=True, help="消息总线 / the bus on Kafka")
Department = Annotated[
    str, typer.Argument(help="部门的来源编号，也是其 Kafka 用户名 / the department's source, and its user")
]


@app.command("topics")
def show_topics(
    create: Annotated[
        bool, typer.Option("--create", help="创建缺少的主题 / make those that are missing")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print as JSON")] = False,
) -> None:
    """核对全部主题，缺少或分区数不符时返回 1 / compare the topics with what is declared; status 1 where they differ."""
    common = CommonSettings()
    with explained():
        if create:
            ensure_topics(common.kafka(), TOPICS.values(), common.kafka_replication)
        states = topic_states(common.kafka(), TOPICS.values())
    if as_json:
        typer.echo(json.dumps([_entry(state) for state in states], ensure_ascii=False))
    else:
        for state in states:
            typer.echo(_line(state))
    if not all(state.as_declared for state in states):
        raise typer.Exit(1)


def _entry(state: TopicState) -> dict[str, object]:
    return {"topic": state.name, "partitions": state.partitions, "declared": state.declared.partitions}


def _line(state: TopicState) -> str:
    if state.partitions is None:
        return f"{state.name}: 缺少，用 --create 创建 / missing, --create makes it"
    if not state.as_declared:
        return (
            f"{state.name}: {state.partitions} 个分区，应为 {state.declared.partitions}"
            f" / {state.partitions} partitions, not the {state.declared.partitions} declared"
        )
    return f"{state.name}: {state.partitions}"


@app.command("admit")
def admit(department: Department) -> None:
    """为部门新建 Kafka 用户，只可写入 intake.signal / give a department a user that may only write signals."""
    if department in OUR_OWN:
        raise typer.BadParameter(
            f"{department} 是本系统在 Kafka 中的用户，不能给部门使用 / is a user of our own, and no department's"
        )
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with explained():
        let_in(CommonSettings().kafka(), department, password, INTAKE_SIGNAL)
    typer.echo(f"用户 / user: {department}  SCRAM-SHA-256")
    typer.echo(f"口令（仅显示这一次）/ password, shown this once: {password}")


@app.command("dismiss")
def dismiss(department: Department) -> None:
    """收回部门的 Kafka 用户及其权限 / take a department's user and rights away."""
    with explained():
        turn_away(CommonSettings().kafka(), department)
    typer.echo(f"已收回 / taken away: {department}")


@app.command("rewind")
def rewind(
    to: Annotated[
        datetime,
        typer.Option(
            help="从此刻起重读，无时区者为上海时间 / read again from here; Shanghai time unless it says"
        ),
    ],
) -> None:
    """数据库恢复之后重读 intake.signal，预警服务须先停止 / after a restore, read intake.signal again.

    只往回，尚未读过的不会被跳过。 / Only back: what was not read yet is never passed over.
    """
    moment = to if to.tzinfo is not None else to.replace(tzinfo=SHANGHAI)
    with explained():
        partitions = read_again(CommonSettings().kafka(), f"warning.{INTAKE_SIGNAL}", INTAKE_SIGNAL, moment)
    typer.echo(
        f"{INTAKE_SIGNAL}: {partitions} 个分区将从 {moment.isoformat()} 起重读 / partitions are read again from there"
    )


@app.command("start")
def start(
    data: Annotated[Path, typer.Option(envvar="DATA", help="数据目录 / data folder")] = Path(".demo"),
    port: Annotated[
        int, typer.Option(help="端口，0 为任意空闲端口 / port, 0 for a free one", min=0, max=65_535)
    ] = 9092,
    jars: Annotated[Path, typer.Option(help="Kafka 程序的存放目录 / where Kafka's own jars are kept")] = JARS,
) -> None:
    """在本机运行一个 Kafka，直到 Ctrl-C；无需 Docker / run a broker on this machine until Ctrl-C, without Docker."""
    stopping = threading.Event()
    for number in stop_signals():
        signal.signal(number, lambda *_: stopping.set())
    with explained():
        broker = a_broker(data / "kafka", jars, port)
        broker.start()
    typer.echo(f"{broker.name}\nKAFKA_BOOTSTRAP_SERVERS={broker.bootstrap_servers}")
    try:
        while broker.running() and not stopping.wait(0.5):
            pass
        ended = not broker.running()
    finally:
        broker.stop()
    if ended:
        typer.echo(f"Kafka 意外停止，日志在 / the broker ended by itself, its log is {broker.log}", err=True)
        raise typer.Exit(1)
