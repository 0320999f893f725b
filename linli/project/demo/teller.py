"""Tells what happens to one matter, step by step, with times that fit its limit and people's working day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from linli.kernel.text import bigrams
from linli.project.demo.book import remarks, remarks_by
from linli.project.demo.dice import Dice
from linli.project.demo.fates import rules
from linli.project.demo.matters import By, Deadline, Fate, PhotoPlan, Step
from linli.project.demo.pictures import VARIANTS
from linli.project.demo.rhythm import daytime
from linli.project.demo.sayings import Sayings, filled

Photos = tuple[PhotoPlan, ...]
RATING_DAYS: Final = 7
RATINGS: Final = {"glad": (0.72, 0.2, 0.06, 0.02), "mixed": (0.3, 0.36, 0.24, 0.1)}
"""How likely each satisfaction of the remarks is, from satisfied to dissatisfied."""
OFTEN_MISTAKEN: Final = {"C": "urban_management", "S": "traffic_police", "V": "market_regulation"}
"""A kind of unit that is often taken for the responsible one, by the list of the item."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the story starts from. quick: taken up at once even at night; share: of the limit used at the result."""

    sayings: Sayings
    scene: str
    reported: datetime
    channel: str
    words: str
    at_label: str
    quick: bool
    share: float

    @property
    def urgent(self) -> bool:
        """Limits in natural hours are for what cannot wait till morning."""
        return self.sayings.limit.startswith("e")

    @property
    def has_reporter(self) -> bool:
        """Whether somebody can be asked how it went."""
        return self.channel in ("resident", "hotline")


class Teller:
    """Adds steps in order of time. `moment` is the instant of the last one. Every verb of `fates.toml` is a method."""

    def __init__(self, setting: Setting, dice: Dice, deadline: Deadline) -> None:
        self.setting = setting
        self.dice = dice
        self.moment = setting.reported
        self.steps: list[Step] = []
        self._deadline = deadline
        self._opened = setting.reported

    def tell(self, fate: Fate) -> None:
        """The whole story of a fate. Raises KeyError for a verb that does not exist."""
        for line in rules()[fate].story:
            verb, *words = line.split()
            if verb == "like":
                self.tell(Fate(words[0]))
            else:
                VERBS[verb](self, *words)

    def wait(self, low: str, high: str, day: str = "") -> None:
        """Let `low` to `high` minutes pass; `day` then waits until people are at work or at home."""
        self._pass(float(low), float(high), by_day=bool(day))

    def act(self, act: str, by: str, kind: str = "", *details: str) -> None:
        """One step at this moment, with a remark of this kind; details as key=value."""
        named = dict(part.split("=") for part in details)
        self._add(act, By(by), self._say(kind) if kind else "", named)

    def open(self, share: str = "1") -> None:
        """The desk takes the report on (立案), in this share of all cases."""
        if not self.dice.chance(float(share)):
            return
        if self.setting.quick or self.setting.urgent or self.setting.channel == "patrol":
            self._pass(1, 6)
        else:
            self._pass(4, 28, by_day=True)
        self._add("open", By.DESK)
        self._opened = self.moment
        if self.dice.chance(0.05):
            self.act("comment", By.DESK, "staff_notes")

    def dispatch(self, to: str = "") -> None:
        """Sent to the unit that the rules choose, or to the unit of the kind `to`."""
        self._pass(1, 4 if self.setting.urgent else 20)
        self._add("dispatch", By.DISPATCHER, "", {"to": to} if to else {})

    def dispatch_wrongly(self) -> None:
        """Sent to a unit that is often taken for the responsible one."""
        self.dispatch(to=OFTEN_MISTAKEN[self.setting.sayings.code[0]])

    def ask_return(self) -> None:
        """The unit says why it is not the one."""
        reason = self.dice.pick(tuple(remarks_by("returns")))
        self._add("return_ask", By.DOER, remarks("returns", reason)[0], {"reason": reason})

    def accept(self) -> None:
        """The unit takes it."""
        self._pass(1, 5 if self.setting.urgent or self.setting.quick else 45, by_day=True)
        self.act("accept", By.DOER, "taken")

    def arrive(self) -> None:
        """Somebody is on the spot, with a photo of what he found."""
        urgent = self.setting.urgent
        self._pass(5 if urgent else 12, 22 if urgent else 150, by_day=True)
        shown = self.photos("before", 1) if self.dice.chance(0.7) else ()
        self._add("arrive", By.DOER, self._say("arrived"), {}, shown)

    def main_line(self, progress: str = "0.35") -> None:
        """Opened, dispatched, accepted, on the spot, sometimes with word from the work."""
        self.open()
        self.dispatch()
        self.accept()
        self.arrive()
        if self.dice.chance(float(progress)) and not self.setting.urgent:
            self._pass(40, 300, by_day=True)
            self.act("step", By.DOER, "in_progress")

    def more_from_reporter(self, share: str) -> None:
        """The reporter has something to add, in this share of all cases."""
        if self.setting.has_reporter and self.dice.chance(float(share)):
            self._pass(10, 200, by_day=True)
            self.act("add", By.REPORTER, "added")

    def until(self, share: str = "") -> None:
        """Let time pass until this share of the whole-item limit is used, in any case a few minutes."""
        ends = self._deadline(self.setting.sayings.limit, self._opened)
        aim = self._opened + (ends - self._opened) * (float(share) if share else self.setting.share)
        if not (self.setting.urgent or self.setting.quick):
            aim = daytime(aim)
        self.moment = max(aim, self.moment + timedelta(minutes=self.dice.span(3, 12)))

    def feed_back(self, result: str = "solved", kind: str = "") -> None:
        """The result as the doer tells it; solved work shows a picture."""
        said = self._say(kind) if kind else self._done()
        shown = self.photos("after", 1) if result == "solved" else ()
        self._add("feed_back", By.DOER, said, {"result": result}, shown)

    def self_handle(self) -> None:
        """Whoever found it has already put it right."""
        self._add("self_handle", By.DESK, self._done(), {}, self.photos("after", 1))

    def verify(self, by: str = By.VERIFIER) -> None:
        """Other eyes find it good."""
        self._pass(25, 900, by_day=True)
        calls = 0.35 if self.setting.has_reporter else 0.0
        method = self.dice.weighted(("on_site", "call_back", "photos"), (0.45, calls, 0.2))
        self._add("verify", By(by), self.dice.pick(remarks("checked", method)), {"method": method})

    def end(self, mood: str) -> None:
        """The reporter rates; where there is none, or he keeps silent, the week passes and it is closed."""
        if not self.setting.has_reporter:
            self.close()
            return
        self._pass(15, 3000)
        self.moment = daytime(self.moment)
        answer = self.dice.weighted(tuple(remarks_by("praise")), RATINGS[mood])
        self._add("rate", By.REPORTER, self.dice.pick(remarks("praise", answer)), {"satisfaction": answer})

    def close(self) -> None:
        """Nobody rated within seven days."""
        self.moment += timedelta(days=RATING_DAYS, minutes=self.dice.span(1, 20))
        self._add("close", By.TIMER)

    def route(self) -> None:
        """The desk sends it to the department the law names (转办)."""
        self._add("route", By.DESK, self._say("routed"), {"to": self.setting.sayings.code})

    def answer(self) -> None:
        """What the legal owner answers."""
        result = self.dice.pick(("explained", "solved"))
        self._add("feed_back", By.LEGAL_OWNER, self._done(), {"result": result})

    def photos(self, state: str, count: int) -> Photos:
        """Pictures of the scene of this kind of matter, each of another variant."""
        first = self.dice.between(0, VARIANTS - 1)
        return tuple(PhotoPlan(self.setting.scene, state, (first + n) % VARIANTS) for n in range(count))

    def _pass(self, low: float, high: float, *, by_day: bool = False) -> None:
        self.moment += timedelta(minutes=self.dice.span(low, high))
        if by_day and not (self.setting.urgent or self.setting.quick):
            self.moment = daytime(self.moment)

    def _add(
        self, act: str, by: By, words: str = "", detail: dict[str, str] | None = None, photos: Photos = ()
    ) -> None:
        self.steps.append(Step(act, self.moment.replace(microsecond=0), by, words, detail or {}, photos))

    def _say(self, kind: str) -> str:
        """One of the remarks; those that speak of the reporter only where there is one."""
        options = remarks(kind, self.setting.sayings.code)
        return self.dice.pick([words for words in options if self.setting.has_reporter or "反映" not in words])

    def _done(self) -> str:
        return filled(self._fitting(self.setting.sayings.done), self.setting.at_label, self.dice)

    def _fitting(self, answers: Sequence[str]) -> str:
        """The answer that shares most words with the report; the first, which is general, when none shares any."""
        told = set(bigrams(self.setting.words))
        shared = [len(told & set(bigrams(answer))) for answer in answers]
        return answers[shared.index(max(shared))]


VERBS: Final[Mapping[str, Callable[..., None]]] = {
    verb.__name__: verb
    for verb in (
        Teller.wait, Teller.act, Teller.open, Teller.dispatch, Teller.dispatch_wrongly, Teller.ask_return,
        Teller.accept, Teller.arrive, Teller.main_line, Teller.more_from_reporter, Teller.until, Teller.feed_back,
        Teller.self_handle, Teller.verify, Teller.end, Teller.close, Teller.route, Teller.answer,
    )
}  # fmt: skip
"""What a line of a story may begin with."""
