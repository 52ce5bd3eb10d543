"""The queue in Redis: ids of jobs, handed to one worker each and kept on its list until it says done (at least once).

jobs:queue                 list, newest on the left, taken from the right
jobs:delayed               sorted set, by the Unix time when the id is due again
jobs:processing:WORKER     list, what that worker has in hand
jobs:workers               set of the workers that may have something in hand
jobs:alive:WORKER          expires when the worker no longer says that it lives
"""

from __future__ import annotations

import time
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, TimeoutError

from jobs.settings import Settings
from jobs.tracing import Tracing

UNREACHABLE = (ConnectionError, TimeoutError, OSError)
"""What a command raises when Redis is away."""

QUEUE, DELAYED, WORKERS = "jobs:queue", "jobs:delayed", "jobs:workers"
ALIVE_SECONDS = 15

_REDIS = {"db.system.name": "redis"}

_PROMOTE = """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 100)
for _, id in ipairs(due) do
    redis.call('ZREM', KEYS[1], id)
    redis.call('LPUSH', KEYS[2], id)
end
return #due
"""


def make_redis(settings: Settings) -> Redis:
    """A client that connects when first used and tells within `request_timeout` when Redis is away."""
    return Redis(
        host=settings.redis_host,
        port=settings.redis_port,
        password=settings.redis_password or None,
        decode_responses=True,
        socket_connect_timeout=settings.request_timeout,
        socket_timeout=settings.request_timeout,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


class Queue:
    """Every change is a single command or one transaction, so that no id is ever on no list."""

    def __init__(self, redis: Redis, tracing: Tracing) -> None:
        self._redis = redis
        self._tracing = tracing
        self._promote = redis.register_script(_PROMOTE)

    async def push(self, id: UUID) -> None:
        """Hand an id to whichever worker is free first."""
        with self._tracing.within(f"LPUSH {QUEUE}", **_REDIS):
            await self._redis.lpush(QUEUE, str(id))

    async def take(self, worker: str, *, wait: float) -> UUID | None:
        """The next id, on the worker's list from now on; None if none came within `wait` seconds."""
        # The types know whole seconds only; Redis has taken fractions since 6.0.
        taken = await self._redis.blmove(QUEUE, _processing(worker), wait, "RIGHT", "LEFT")  # type: ignore[arg-type]
        return UUID(_text(taken)) if taken else None

    async def done(self, worker: str, id: UUID) -> None:
        """Off the worker's list."""
        with self._tracing.within("LREM jobs:processing", **_REDIS):
            await self._redis.lrem(_processing(worker), 1, str(id))

    async def delay(self, worker: str, id: UUID, *, seconds: float) -> None:
        """Off the worker's list, and back in the queue after `seconds`."""
        with self._tracing.within(f"ZADD {DELAYED}", **_REDIS):
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(DELAYED, {str(id): time.time() + seconds})
                pipe.lrem(_processing(worker), 1, str(id))
                await pipe.execute()

    async def give_back(self, worker: str, id: UUID) -> None:
        """Off the worker's list, and next in the queue."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.rpush(QUEUE, str(id))
            pipe.lrem(_processing(worker), 1, str(id))
            await pipe.execute()

    async def in_hand(self, worker: str) -> list[UUID]:
        """What the worker has taken and not finished."""
        return [UUID(_text(id)) for id in await self._redis.lrange(_processing(worker), 0, -1)]

    async def promote(self) -> int:
        """Put what has become due back into the queue."""
        return int(await self._promote(keys=[DELAYED, QUEUE], args=[time.time()]))

    async def knows(self, id: UUID) -> bool:
        """Whether the id waits here; one that a worker has in hand does not."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.lpos(QUEUE, str(id))
            pipe.zscore(DELAYED, str(id))
            return any(place is not None for place in await pipe.execute())

    async def length(self) -> int:
        """How many ids wait, those that are not due yet among them."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.llen(QUEUE)
            pipe.zcard(DELAYED)
            return sum(await pipe.execute())

    async def alive(self, worker: str) -> None:
        """Say that the worker lives, for ALIVE_SECONDS."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(f"jobs:alive:{worker}", "1", ex=ALIVE_SECONDS)
            pipe.sadd(WORKERS, worker)
            await pipe.execute()

    async def dead(self) -> list[str]:
        """The workers that said they live and have stopped saying so."""
        workers = sorted(_text(worker) for worker in await self._redis.smembers(WORKERS))
        return [worker for worker in workers if not await self._redis.exists(f"jobs:alive:{worker}")]

    async def forget(self, worker: str) -> None:
        """Take a worker with nothing in hand off the books."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.srem(WORKERS, worker)
            pipe.delete(f"jobs:alive:{worker}")
            await pipe.execute()

    async def my_turn(self, errand: str, *, seconds: int) -> bool:
        """True for one caller every `seconds`, so that only one worker runs the errand."""
        return bool(await self._redis.set(f"jobs:turn:{errand}", "1", nx=True, ex=seconds))

    async def ping(self) -> None:
        """Return once Redis has answered."""
        await self._redis.ping()


def _text(answer: bytes | str) -> str:
    return answer if isinstance(answer, str) else answer.decode()


def _processing(worker: str) -> str:
    return f"jobs:processing:{worker}"
