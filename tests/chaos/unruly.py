"""The bus at its worst, within its contract: everything comes again, and only the order of each key is kept."""

import random
from collections import defaultdict
from collections.abc import Sequence

from shared.bus.kafka import KafkaBus, KafkaSettings
from shared.bus.port import Message, Subscription


def shuffled(messages: Sequence[Message], rng: random.Random) -> list[Message]:
    """Return the messages in another order, in which those of one key of a topic still follow each other."""
    by_key: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in messages:
        by_key[message.topic, message.key].append(message)
    turns = [key for key, ones in by_key.items() for _ in ones]
    rng.shuffle(turns)
    following = {key: iter(ones) for key, ones in by_key.items()}
    return [next(following[key]) for key in turns]


class UnrulyBus:
    """Kafka, to which every message is given in another order, and again: at once, and with later ones."""

    def __init__(self, settings: KafkaSettings, rng: random.Random) -> None:
        self._bus = KafkaBus(settings)
        self._rng = rng
        self._told: list[Message] = []
        self.repeats = 0

    async def publish(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        again = [*messages, *self._rng.sample(self._told, min(len(self._told), len(messages)))]
        self._rng.shuffle(again)
        first = shuffled(messages, self._rng)
        await self._bus.publish([*first, *again])
        self._told += first
        self.repeats += len(again)

    def subscribe(self, subscription: Subscription) -> None:
        self._bus.subscribe(subscription)

    async def run(self) -> None:
        await self._bus.run()

    async def close(self) -> None:
        await self._bus.close()

    def healthy(self) -> bool:
        return self._bus.healthy()
