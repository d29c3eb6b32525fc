"""Ask many calls at once from code that knows nothing of event loops.

The caller's thread pulls calls and receives answers; one event loop in a thread of its own does the waiting. A few
calls more than are asked at once lie ready there, so that a finished request is replaced at once even while the
caller is busy writing answers down.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from functools import partial
from queue import SimpleQueue
from types import TracebackType

from curation.ml.judging.calls import Answer, Call

Ask = Callable[[Call], Awaitable[Answer]]
Session = Callable[[], AbstractAsyncContextManager[Ask]]


def feed(
    calls: Iterable[tuple[int, Call] | None], session: Session, *, concurrency: int
) -> Iterator[tuple[int, Answer]]:
    """Answers as they come, under the callers' numbers; never more than `concurrency` calls are being asked.

    `session` opens, on the loop, what answers one call. What it raises for a call is raised here, and ends the rest.
    """
    most = concurrency + concurrency // 2 + 1
    finished: SimpleQueue[tuple[int, Future[Answer]]] = SimpleQueue()
    source, more, under_way = iter(calls), True, 0
    with _LoopThread(session, concurrency) as loop:
        while more or under_way:
            if more and under_way < most:
                try:
                    pulled = next(source)
                except StopIteration:
                    more = False
                    continue
                if pulled is not None:
                    number, call = pulled
                    loop.ask(call).add_done_callback(partial(_hand_over, finished, number))
                    under_way += 1
                    continue
                if not under_way:
                    raise RuntimeError("The calls wait for an answer, but none is under way.")
            number, done = finished.get()
            under_way -= 1
            yield number, done.result()


def _hand_over(finished: SimpleQueue[tuple[int, Future[Answer]]], number: int, done: Future[Answer]) -> None:
    finished.put((number, done))


class _LoopThread:
    """An event loop and an open session for the length of a with block; what is unfinished at its end is cancelled."""

    def __init__(self, session: Session, concurrency: int) -> None:
        self._session, self._concurrency = session, concurrency
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, name="endpoint-loop", daemon=True)

    def __enter__(self) -> _LoopThread:
        self._thread.start()
        self._loop = self._ready.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def ask(self, call: Call) -> Future[Answer]:
        return asyncio.run_coroutine_threadsafe(self._in_turn(call), self._loop)

    async def _in_turn(self, call: Call) -> Answer:
        async with self._slots:
            return await self._ask(call)

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _live(self) -> None:
        self._ended = asyncio.Event()
        self._slots = asyncio.Semaphore(self._concurrency)
        async with self._session() as self._ask:
            self._ready.set_result(asyncio.get_running_loop())
            await self._ended.wait()
            unfinished = asyncio.all_tasks() - {asyncio.current_task()}
            for task in unfinished:
                task.cancel()
            # Before the session closes: they may still use what it holds.
            await asyncio.gather(*unfinished, return_exceptions=True)
