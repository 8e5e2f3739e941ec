"""The first engine: dnspython on asyncio. Correct and plain; a leaner one can take its place behind
the port.
"""

import asyncio
import errno
from collections.abc import Iterator

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rdatatype

from sovscan.clock import Clock, stamp, utc_now
from sovscan.collect.dns.reading import failure, observe
from sovscan.collect.dns.servers import Server
from sovscan.collect.survey import Survey, Surveyed
from sovscan.core.model import Fault, Observation, Outcome, Provenance, Question

EDNS_PAYLOAD = 1232
"""Octets that fit every path without fragments (DNS flag day 2020)."""

LOCAL_ERRORS = {errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM, errno.ENOBUFS}

PATIENCE = 60
"""Questions that may fail before anything was ever answered; then the resolvers count as
unreachable."""


class DnspythonResolver:
    """Asks over UDP, then TCP where an answer is cut; id, source address and question are checked
    on every answer.

    A question is tried `attempts` times, each time at the next server, for `timeout` seconds each;
    between tries of a failing zone it waits a little longer each time.
    """

    def __init__(
        self,
        servers: tuple[Server, ...],
        *,
        concurrency: int = 100,
        attempts: int = 3,
        timeout: float = 3.0,
        clock: Clock = utc_now,
    ) -> None:
        self._servers = servers
        self._concurrency = concurrency
        self._attempts = attempts
        self._timeout = timeout
        self._clock = clock
        self._failed = 0
        self._answered = False

    def run(self, survey: Survey) -> Iterator[Surveyed]:
        """Ask until the survey is finished; each finished body is yielded between two steps of the
        loop.
        """
        running: set[asyncio.Task[Observation]] = set()
        with asyncio.Runner() as runner:
            while not survey.is_finished:
                runner.run(self._step(survey, running))
                yield from survey.finished()
            yield from survey.finished()

    async def resolve(self, question: Question) -> Observation:
        """One question to its observation, whatever the network does."""
        if self._failed >= PATIENCE and not self._answered:
            made = Provenance(self._now(), str(self._servers[0]), "none", attempts=0)
            return Observation(
                question,
                Outcome.SKIPPED,
                detail="RESOLVER-UNREACHABLE",
                fault=Fault.NETWORK,
                provenance=made,
            )
        observation = await self._insist(question)
        self._answered |= observation.fault is not Fault.NETWORK
        self._failed += observation.outcome is Outcome.FAILED
        return observation

    def _now(self) -> str:
        return stamp(self._clock())

    async def _insist(self, question: Question) -> Observation:
        observation = None
        for attempt in range(1, self._attempts + 1):
            server = self._servers[(attempt - 1) % len(self._servers)]
            observation = await self._try(question, server, attempt)
            if observation.outcome is not Outcome.FAILED or observation.fault is Fault.HERE:
                break
            await asyncio.sleep(0.1 * (attempt - 1))
        assert observation is not None
        return observation

    async def _step(self, survey: Survey, running: set[asyncio.Task[Observation]]) -> None:
        for question in survey.questions(self._concurrency - len(running)):
            running.add(asyncio.create_task(self.resolve(question)))
        if not running:
            return
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            running.discard(task)
            survey.take(task.result())

    async def _try(self, question: Question, server: Server, attempt: int) -> Observation:
        def made(transport: str) -> Provenance:
            return Provenance(self._now(), str(server), transport, attempts=attempt)

        try:
            query = dns.message.make_query(
                dns.name.from_text(question.name), question.type, use_edns=0, payload=EDNS_PAYLOAD
            )
        except (dns.exception.DNSException, ValueError):
            return failure(question, "NOT-A-NAME", Fault.ZONE, made("none"))
        try:
            response, by_tcp = await dns.asyncquery.udp_with_fallback(
                query,
                server.address,
                timeout=self._timeout,
                port=server.port,
                ignore_unexpected=True,
                ignore_errors=True,
            )
        except dns.exception.Timeout:
            return failure(question, "TIMEOUT", Fault.NETWORK, made("udp"))
        except (dns.exception.DNSException, EOFError):
            return failure(question, "MALFORMED", Fault.RESOLVER, made("udp"))
        except OSError as error:
            fault = Fault.HERE if error.errno in LOCAL_ERRORS else Fault.NETWORK
            return failure(
                question, errno.errorcode.get(error.errno or 0, "OSERROR"), fault, made("udp")
            )
        return observe(question, response, made("tcp" if by_tcp else "udp"))
