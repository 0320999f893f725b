"""One short script per fate: which steps a matter takes until it stands there (edges as in the casework tables)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from linli.project.demo import remarks
from linli.project.demo.matters import By, Fate
from linli.project.demo.teller import Teller

GLAD: Final = (0.72, 0.2, 0.06, 0.02)
MIXED: Final = (0.3, 0.36, 0.24, 0.1)

Script = Callable[[Teller, float], None]
"""(teller, share of the whole-item limit that is used up at the result, or at `now` for what is still open)."""


def _triage(_teller: Teller, _share: float) -> None:
    """Nobody has looked yet."""


def _refusal_asked(teller: Teller, _share: float) -> None:
    teller.wait(15, 60)
    teller.add("refuse_ask", By.DESK, teller.say(remarks.REFUSALS))


def _dispatch_waiting(teller: Teller, _share: float) -> None:
    teller.open()


def _accept_waiting(teller: Teller, _share: float) -> None:
    teller.open()
    teller.dispatch()


def _return_asked(teller: Teller, _share: float) -> None:
    teller.open()
    teller.dispatch(to=_wrong_unit(teller))
    _ask_return(teller)


def _handling(teller: Teller, _share: float) -> None:
    teller.main_line(progress=0.5)


def _extension_asked(teller: Teller, share: float) -> None:
    teller.main_line()
    teller.until(share * 0.97)
    teller.add("extend_ask", By.DOER, teller.say(remarks.EXTENSIONS), amount="3", unit="d")


def _suspended(teller: Teller, _share: float) -> None:
    teller.main_line(progress=0.8)
    teller.wait(300, 1600, by_day=True)
    teller.add("suspend", By.DISPATCHER, teller.say(remarks.SUSPENSIONS[teller.setting.sayings.code]))


def _resumed(teller: Teller, share: float) -> None:
    _suspended(teller, share)
    teller.wait(5 * 1440, 16 * 1440, by_day=True)
    teller.add("resume", By.DISPATCHER, "等待事项已有结果，恢复计时。")
    teller.wait(600, 2400, by_day=True)
    _result(teller)
    teller.end(GLAD)


def _fed_back(teller: Teller, share: float) -> None:
    teller.main_line()
    teller.until(share)
    teller.feed_back()


def _verified(teller: Teller, share: float) -> None:
    _fed_back(teller, share)
    teller.verify()


def _disputed(teller: Teller, share: float) -> None:
    _verified(teller, share)
    teller.wait(60, 1500)
    teller.add("dispute", By.REPORTER, teller.say(remarks.DISPUTES))


def _rated(teller: Teller, share: float) -> None:
    teller.main_line()
    if teller.setting.has_reporter and teller.dice.chance(0.06):
        teller.wait(10, 200, by_day=True)
        teller.add("add", By.REPORTER, teller.say(remarks.ADDED))
    teller.until(share)
    _result(teller)
    teller.end(GLAD)


def _unrated(teller: Teller, share: float) -> None:
    _verified(teller, share)
    teller.close()


def _late(teller: Teller, share: float) -> None:
    _fed_back(teller, share)
    teller.verify()
    teller.end(MIXED)


def _explained(teller: Teller, share: float) -> None:
    teller.main_line()
    teller.until(share)
    teller.feed_back("explained", teller.say(remarks.EXPLAINED))
    teller.verify()
    teller.end(MIXED)


def _unsolvable(teller: Teller, share: float) -> None:
    teller.main_line()
    teller.until(share)
    teller.feed_back("unsolvable", teller.say(remarks.UNSOLVABLE))
    teller.verify(By.HEAD)
    teller.end(MIXED)


def _returned(teller: Teller, share: float) -> None:
    _return_asked(teller, share)
    teller.wait(20, 90, by_day=True)
    teller.add("return_grant", By.HEAD, teller.say(remarks.RETURN_RULINGS))
    teller.dispatch()
    teller.accept()
    teller.arrive()
    teller.until(share)
    _result(teller)
    teller.end(GLAD)


def _extended(teller: Teller, share: float) -> None:
    teller.main_line()
    teller.until(0.7)
    teller.add("extend_ask", By.DOER, teller.say(remarks.EXTENSIONS), amount="3", unit="d")
    teller.wait(20, 140)
    granted = teller.say(remarks.EXTENSION_GRANTS)
    teller.add("extend_grant", By.DISPATCHER, granted, amount="3", unit="d")
    teller.until(max(1.1, share))
    _result(teller)
    teller.end(GLAD)


def _reworked(teller: Teller, share: float) -> None:
    _fed_back(teller, share)
    teller.wait(40, 600, by_day=True)
    teller.add("rework", By.VERIFIER, teller.say(remarks.REWORKS))
    teller.wait(60, 900, by_day=True)
    teller.feed_back("solved", teller.say(remarks.SECOND_DONE))
    teller.verify()
    teller.end(MIXED)


def _self_handled(teller: Teller, _share: float) -> None:
    teller.open()
    teller.wait(2, 40)
    done = teller.fitting(teller.setting.sayings.done).format(at="", n="两", days="两", floor="二", hour="当日")
    teller.add("self_handle", By.DESK, done, photos=teller.photos("after", 1))
    teller.close()


def _refused(teller: Teller, share: float) -> None:
    _refusal_asked(teller, share)
    teller.wait(30, 400, by_day=True)
    teller.add("refuse", By.HEAD, teller.say(remarks.REFUSAL_REVIEWS))


def _withdrawn(teller: Teller, _share: float) -> None:
    if teller.dice.chance(0.5):
        teller.open()
    teller.wait(2, 30)
    teller.add("withdraw", By.REPORTER, teller.say(remarks.WITHDRAWALS))


def _voided(teller: Teller, _share: float) -> None:
    teller.open()
    teller.wait(10, 90)
    teller.add("void", By.HEAD, teller.say(remarks.VOIDS))


def _routed(teller: Teller, _share: float) -> None:
    teller.wait(8, 60, by_day=True)
    teller.add("route", By.DESK, "不在联勤联动清单，转法定部门。", to=teller.setting.sayings.code)


def _routed_closed(teller: Teller, share: float) -> None:
    _routed(teller, share)
    teller.wait(60, 900, by_day=True)
    teller.add("open", By.LEGAL_OWNER)
    teller.add("dispatch", By.LEGAL_OWNER)
    teller.add("accept", By.LEGAL_OWNER)
    teller.wait(600, 5000, by_day=True)
    answer = teller.fitting(teller.setting.sayings.done)
    teller.add("feed_back", By.LEGAL_OWNER, answer, result=teller.dice.pick(("explained", "solved")))
    teller.verify()
    teller.end(MIXED)


def _result(teller: Teller) -> None:
    teller.feed_back()
    teller.verify()


def _ask_return(teller: Teller) -> None:
    teller.wait(10, 70, by_day=True)
    reason, words = teller.dice.pick(remarks.RETURNS)
    teller.add("return_ask", By.DOER, words, reason=reason)


def _wrong_unit(teller: Teller) -> str:
    """A unit that is often taken for the responsible one (property firms on the road, squads inside the gate)."""
    own = teller.setting.sayings.code[0]
    return {"C": "urban_management", "S": "traffic_police", "V": "market_regulation"}[own]


SCRIPTS: Final[Mapping[Fate, Script]] = {
    Fate.TRIAGE: _triage,
    Fate.REFUSAL_ASKED: _refusal_asked,
    Fate.DISPATCH_WAITING: _dispatch_waiting,
    Fate.ACCEPT_WAITING: _accept_waiting,
    Fate.RETURN_ASKED: _return_asked,
    Fate.HANDLING: _handling,
    Fate.NEAR_LIMIT: _handling,
    Fate.OVERDUE: _handling,
    Fate.EXTENSION_ASKED: _extension_asked,
    Fate.SUSPENDED: _suspended,
    Fate.FED_BACK: _fed_back,
    Fate.VERIFIED: _verified,
    Fate.DISPUTED: _disputed,
    Fate.RATED: _rated,
    Fate.UNRATED: _unrated,
    Fate.LATE: _late,
    Fate.EXPLAINED: _explained,
    Fate.UNSOLVABLE: _unsolvable,
    Fate.RETURNED: _returned,
    Fate.EXTENDED: _extended,
    Fate.RESUMED: _resumed,
    Fate.REWORKED: _reworked,
    Fate.SELF_HANDLED: _self_handled,
    Fate.REFUSED: _refused,
    Fate.WITHDRAWN: _withdrawn,
    Fate.VOIDED: _voided,
    Fate.ROUTED: _routed,
    Fate.ROUTED_CLOSED: _routed_closed,
}
