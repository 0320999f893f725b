"""Tells what happens to one matter, step by step, with times that fit its limit and people's working day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from linli.kernel.text import bigrams
from linli.project.demo.dice import Dice
from linli.project.demo.matters import By, Deadline, PhotoPlan, Step
from linli.project.demo.remarks import ARRIVED, CHECKED, IN_PROGRESS, PRAISE, STAFF_NOTES, TAKEN
from linli.project.demo.rhythm import daytime
from linli.project.demo.sayings import Sayings, filled

VARIANTS: Final = 3
RATING_DAYS: Final = 7
SATISFACTION: Final = ("satisfied", "mostly", "fair", "dissatisfied")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the story starts from. quick: taken up at once even at night, so that a wished state holds at `now`."""

    sayings: Sayings
    scene: str
    reported: datetime
    channel: str
    words: str
    at_label: str
    quick: bool

    @property
    def urgent(self) -> bool:
        """Limits in natural hours are for what cannot wait till morning."""
        return self.sayings.limit.startswith("e")

    @property
    def has_reporter(self) -> bool:
        """Whether somebody can be asked how it went."""
        return self.channel in ("resident", "hotline")


class Teller:
    """Adds steps in order of time. `moment` is the instant of the last one."""

    def __init__(self, setting: Setting, dice: Dice, deadline: Deadline) -> None:
        self.setting = setting
        self.dice = dice
        self.moment = setting.reported
        self.steps: list[Step] = []
        self._deadline = deadline
        self._opened = setting.reported

    def wait(self, low: float, high: float, *, by_day: bool = False) -> None:
        """Let `low` to `high` minutes pass; `by_day` then waits until people are at work or at home."""
        self.moment += timedelta(minutes=self.dice.span(low, high))
        if by_day and not (self.setting.urgent or self.setting.quick):
            self.moment = daytime(self.moment)

    def add(self, act: str, by: By, words: str = "", *, photos: tuple[PhotoPlan, ...] = (), **detail: str) -> None:
        """One step at this moment."""
        self.steps.append(Step(act, self.moment.replace(microsecond=0), by, words, detail, photos))

    def say(self, options: Sequence[str]) -> str:
        """One of the remarks; those that speak of the reporter only where there is one."""
        return self.dice.pick([words for words in options if self.setting.has_reporter or "反映" not in words])

    def fitting(self, answers: Sequence[str]) -> str:
        """The answer that shares most words with the report; the first, which is general, when none shares any."""
        told = set(bigrams(self.setting.words))
        shared = [len(told & set(bigrams(answer))) for answer in answers]
        return answers[shared.index(max(shared))]

    def open(self) -> None:
        """The desk takes the report on (立案)."""
        if self.setting.quick or self.setting.urgent or self.setting.channel == "patrol":
            self.wait(1, 6)
        else:
            self.wait(4, 28, by_day=True)
        self.add("open", By.DESK)
        self._opened = self.moment
        if self.dice.chance(0.05):
            self.add("comment", By.DESK, self.say(STAFF_NOTES))

    def dispatch(self, to: str = "") -> None:
        """Sent to the unit that the rules choose, or to the unit of kind `to`."""
        self.wait(1, 4 if self.setting.urgent else 20)
        if to:
            self.add("dispatch", By.DISPATCHER, to=to)
        else:
            self.add("dispatch", By.DISPATCHER)

    def accept(self) -> None:
        """The unit takes it."""
        self.wait(1, 5 if self.setting.urgent or self.setting.quick else 45, by_day=True)
        self.add("accept", By.DOER, self.dice.pick(TAKEN))

    def arrive(self) -> None:
        """Somebody is on the spot, with a photo of what he found."""
        urgent = self.setting.urgent
        self.wait(5 if urgent else 12, 22 if urgent else 150, by_day=True)
        shown = self.photos("before", 1) if self.dice.chance(0.7) else ()
        self.add("arrive", By.DOER, self.say(ARRIVED), photos=shown)

    def progress(self) -> None:
        """Word from the work."""
        if not self.setting.urgent:
            self.wait(40, 300, by_day=True)
            self.add("step", By.DOER, self.say(IN_PROGRESS))

    def main_line(self, *, progress: float = 0.35) -> None:
        """Opened, dispatched, accepted, on the spot, sometimes with word from the work."""
        self.open()
        self.dispatch()
        self.accept()
        self.arrive()
        if self.dice.chance(progress):
            self.progress()

    def until(self, share: float) -> None:
        """Let time pass until this share of the whole-item limit is used, in any case a few minutes."""
        ends = self._deadline(self.setting.sayings.limit, self._opened)
        aim = self._opened + (ends - self._opened) * share
        if not (self.setting.urgent or self.setting.quick):
            aim = daytime(aim)
        self.moment = max(aim, self.moment + timedelta(minutes=self.dice.span(3, 12)))

    def feed_back(self, result: str = "solved", words: str = "") -> None:
        """The result as the doer tells it; solved work shows a picture."""
        said = words or filled(self.fitting(self.setting.sayings.done), self.setting.at_label, self.dice)
        shown = self.photos("after", 1) if result == "solved" else ()
        self.add("feed_back", By.DOER, said, photos=shown, result=result)

    def verify(self, by: By = By.VERIFIER) -> None:
        """Other eyes find it good."""
        self.wait(25, 900, by_day=True)
        calls = 0.35 if self.setting.has_reporter else 0.0
        method = self.dice.weighted(("on_site", "call_back", "photos"), (0.45, calls, 0.2))
        self.add("verify", by, self.dice.pick(CHECKED[method]), method=method)

    def end(self, weights: tuple[float, float, float, float]) -> None:
        """The reporter rates; where there is none, or he keeps silent, the week passes and it is closed."""
        if self.setting.has_reporter:
            self.wait(15, 3000)
            self.moment = daytime(self.moment)
            answer = self.dice.weighted(SATISFACTION, weights)
            self.add("rate", By.REPORTER, self.dice.pick(PRAISE[answer]), satisfaction=answer)
        else:
            self.close()

    def close(self) -> None:
        """Nobody rated within seven days."""
        self.moment += timedelta(days=RATING_DAYS, minutes=self.dice.span(1, 20))
        self.add("close", By.TIMER)

    def photos(self, state: str, count: int) -> tuple[PhotoPlan, ...]:
        """Pictures of the scene of this kind of matter, each of another variant."""
        first = self.dice.between(0, VARIANTS - 1)
        return tuple(PhotoPlan(self.setting.scene, state, (first + n) % VARIANTS) for n in range(count))
