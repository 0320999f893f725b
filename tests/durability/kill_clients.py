"""Clients that report without pause, ask again with the same key until they are answered, and keep their own books."""

from __future__ import annotations

import http.client
import json
import random
import threading
import uuid
from dataclasses import dataclass, field

AREAS = ("310115132001", "310115132003", "310115132005", "310115132201")


@dataclass
class Ledger:
    """key → what was acknowledged. torn: a retry that was answered otherwise than the first time."""

    acknowledged: dict[str, dict[str, str]] = field(default_factory=dict)
    attempts: int = 0
    unanswered: int = 0
    refused: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client(threading.Thread):
    """One sender. Every third report is sent once more after its answer: it must change nothing."""

    def __init__(self, port: int, ledger: Ledger, stop: threading.Event, seed: int, pause_s: float) -> None:
        super().__init__(daemon=True)
        self.port, self.ledger, self.stop, self.pause_s = port, ledger, stop, pause_s
        self.rng = random.Random(seed)
        self.pause = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            key = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
            body = json.dumps({
                "words": f"楼道里堆满纸箱 {key}", "item_code": "C04", "area_code": self.rng.choice(AREAS),
                "phone": f"139{self.rng.randrange(10**8):08d}",
            })  # fmt: skip
            answer = self._until_answered(key, body)
            with self.ledger.lock:
                self.ledger.acknowledged[key] = json.loads(answer)
            if self.rng.random() < 1 / 3:
                again = self._until_answered(key, body)
                if again != answer:
                    with self.ledger.lock:
                        self.ledger.torn.append(key)
            self.pause.wait(self.rng.random() * self.pause_s)

    def _until_answered(self, key: str, body: str) -> bytes:
        while True:
            answer = self._ask(key, body)
            with self.ledger.lock:
                self.ledger.attempts += 1
                self.ledger.unanswered += answer is None
            if answer is not None:
                return answer
            self.pause.wait(0.1 + self.rng.random() * 0.2)

    def _ask(self, key: str, body: str) -> bytes | None:
        """The body of a 201, or None when it is not known what became of the request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            connection.request("POST", "/api/v1/reports", body.encode(), headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if response.status == 201:
            return answer
        if response.status < 500 and response.status not in (409, 429):
            with self.ledger.lock:
                self.ledger.refused.append(f"{response.status} {answer[:200]!r}")
        return None
