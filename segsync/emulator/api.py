"""The API as a function from request to answer: token, operation, faults and delays."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus

from segsync.emulator.exchange import INVALID_TOKEN_CODE, Answer, Refused, Request, json_answer, refusal
from segsync.emulator.fault_answers import AFTERWARDS, INSTEAD
from segsync.emulator.fault_plan import Fired
from segsync.emulator.operations import OPERATIONS, Call, Operation
from segsync.emulator.routes import find
from segsync.emulator.world import World

BEARER = re.compile(r"Bearer +([!-~]+)", re.IGNORECASE)
INVALID_TOKEN = refusal(HTTPStatus.BAD_REQUEST, "Invalid S2S token", code=INVALID_TOKEN_CODE)


class Api:
    """Answers requests of the API; may be called from many threads at once."""

    def __init__(
        self, world: World, *, tokens: Iterable[str], latency: float, sleep: Callable[[float], object]
    ) -> None:
        """`tokens`: the good ones, none for any; `latency`: seconds that `sleep` holds each answer back."""
        self._world = world
        # Digests tell a good token as well, and leave no token to be found in memory.
        self._digests = frozenset(_digest(token) for token in tokens)
        self._latency = latency
        self._sleep = sleep

    def answer(self, request: Request) -> Answer:
        """The answer to one request, given when its time has come."""
        try:
            operation, path = find(OPERATIONS, request)
        except Refused as refused:
            answer, seconds = refused.answer, self._latency
        else:
            self._world.counts.add(operation.name)
            fired = self._world.faults.draw(operation.name)
            answer, seconds = self._faulty(operation, path, request, fired), self._latency + fired.slow
        if seconds:
            self._sleep(seconds)
        return answer

    def _faulty(self, operation: Operation, path: Mapping[str, str], request: Request, fired: Fired) -> Answer:
        if fired.fault in INSTEAD:
            return INSTEAD[fired.fault]
        world = self._world
        call = Call(path, request.body, world.data, world.lag, fired.lag, world.clock())
        answer = self._carried_out(operation, call, request.authorization)
        return AFTERWARDS[fired.fault](answer) if fired.fault in AFTERWARDS else answer

    def _carried_out(self, operation: Operation, call: Call, authorization: str) -> Answer:
        if not self._is_good(authorization):
            return INVALID_TOKEN
        try:
            return json_answer(HTTPStatus.OK, operation.run(call))
        except Refused as refused:
            return refused.answer

    def _is_good(self, authorization: str) -> bool:
        bearer = BEARER.fullmatch(authorization)
        return bearer is not None and (not self._digests or _digest(bearer[1]) in self._digests)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
