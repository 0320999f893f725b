"""What an item of the list is (DOMAIN §3): the structures. What follows from them stands in `rules`. Pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from linli.catalogue.kinds import UnitKind
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop


class ItemClass(StrEnum):
    """The three classes of the district list: safer, more orderly, cleaner."""

    SAFER = "S"
    ORDERLY = "O"
    CLEANER = "C"


class ListKind(StrEnum):
    """Which kind of joint-duty station keeps the list."""

    COMMUNITY = "community"
    AREA = "area"
    VILLAGE = "village"


class LimitUnit(StrEnum):
    """e natural hours (24 h clock), h working hours, d working days, n natural days."""

    NATURAL_HOUR = "e"
    WORKING_HOUR = "h"
    WORKING_DAY = "d"
    NATURAL_DAY = "n"


class Channel(StrEnum):
    """How a matter may arrive: 巡, 报, 热 (12345/110), 智."""

    PATROL = "patrol"
    REPORT = "report"
    HOTLINE = "hotline"
    DEVICE = "device"


class Cadence(StrEnum):
    """How often a patrol looks: per unit of time, or without a fixed rhythm."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    HALF_MONTH = "half_month"
    MONTH = "month"
    CONTINUOUS = "continuous"
    ON_REPORT = "on_report"
    SPOT_CHECK = "spot_check"
    DENSER = "denser"
    AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True)
class Limit:
    """One deadline. `amount` 0 means at once. `condition` None: it always applies; else only when chosen."""

    label: str
    amount: Decimal
    unit: LimitUnit
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """What happens under a condition that has no deadline of its own (大修 → 转业主表决)."""

    condition: str
    act: str


@dataclass(frozen=True, slots=True)
class Patrol:
    """One line of a patrol plan: `times` looks in every `every` × `cadence`.

    when: season or time of day it is bound to, "" for always. scope: which places or who, "" for all.
    act: what is done.
    """

    cadence: Cadence
    times: int = 1
    every: int = 1
    when: str = ""
    scope: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """One thing to hand in; `photo` when it is a picture, else a text, paper or reading."""

    text: str
    photo: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What must be shown before and after the work (rule 1: wide and close, server time, coordinates)."""

    before: tuple[EvidencePart, ...]
    after: tuple[EvidencePart, ...]
    privacy: str = ""

    @property
    def before_photo(self) -> bool:
        """Whether at least one picture of the found state is required."""
        return any(part.photo for part in self.before)

    @property
    def after_photo(self) -> bool:
        """Whether at least one picture of the result is required."""
        return any(part.photo for part in self.after)

    def missing(self, *, found: bool, result: bool) -> tuple[str, ...]:
        """Which pictures are still to be shown, of `before` and `after`.

        found, result: whether one shows what was found, and what was done.
        """
        gaps = (("before", self.before_photo and not found), ("after", self.after_photo and not result))
        return tuple(name for name, missing in gaps if missing)

    @property
    def no_faces(self) -> bool:
        """Whether people may not be photographed at all (stricter than masking on publication)."""
        return self.privacy.startswith("不拍")


@dataclass(frozen=True, slots=True)
class Recheck:
    """A second look after closing: `after` the result, `act` as the list words it."""

    amount: int
    unit: LimitUnit
    act: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing condition in full, and the recheck it contains."""

    text: str
    recheck: Recheck | None = None

    @property
    def recheck_after_days(self) -> int | None:
        """Natural days until the recheck, or None when there is none or it falls within the same day."""
        if self.recheck is None or self.recheck.unit is not LimitUnit.NATURAL_DAY:
            return None
        return self.recheck.amount


@dataclass(frozen=True, slots=True)
class GbClass:
    """A class of GB/T 30428.2: large class, small class ("" when only the large one is named)."""

    major: str
    minor: str = ""
    extension: bool = False


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """One matter of the positive list, as in force at one place and time.

    `owner_name` and `co_owner_names` keep the list's own words (村委(队长)); the kinds decide the routing.
    `owner_alternates`: who may answer instead of `owner_kind` (生态环境/城管).
    """

    code: str
    id: str
    name: str
    name_en: str
    cls: ItemClass
    list_kind: ListKind
    owner_kind: UnitKind
    owner_alternates: tuple[UnitKind, ...]
    owner_name: str
    co_owner_kinds: tuple[UnitKind, ...]
    co_owner_names: tuple[str, ...]
    channels: tuple[Channel, ...]
    respond: tuple[Limit, ...]
    resolve: tuple[Limit, ...]
    branches: tuple[Branch, ...]
    patrol: tuple[Patrol, ...]
    evidence: Evidence
    closing: Closing
    closing_en: str
    gb: tuple[GbClass, ...]
    named: bool
    duplicate_radius_m: int
    duplicate_days: int

    @property
    def promise(self) -> Limit:
        """The limit told to the reporter until a condition is chosen: see `main_limit`."""
        return main_limit(self.resolve)

    @property
    def first_contact(self) -> Limit:
        """The limit for the first answer or arrival: see `main_limit`."""
        return main_limit(self.respond)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Conditions somebody may choose for a case of this item, in the order of the list."""
        named = [limit.condition for limit in self.respond + self.resolve if limit.condition]
        named += [branch.condition for branch in self.branches]
        return tuple(dict.fromkeys(named))


def main_limit(limits: tuple[Limit, ...]) -> Limit:
    """The one limit that stands for the whole item.

    The last unconditional milestone, because the matter is settled only with its last step (停工 → 处罚 → 拆除).
    Where every limit has a condition (满溢4h;混投1d), the last listed one: the widest in our lists, so the promise
    holds whichever applies. Raises InvalidInput when there is no limit at all.
    """
    if not limits:
        raise InvalidInput(gettext_noop("An item needs at least one limit."), code="limit_missing")
    always = [limit for limit in limits if limit.condition is None]
    return always[-1] if always else limits[-1]
