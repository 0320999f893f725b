"""Lays a four-level chain of duty over the invented town, complete but for a few planted gaps and one overlap."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import connections

from linli.accounts.api import Post, Role
from linli.kernel.identifiers import synthetic_phone
from linli.project.demo.dice import Dice
from linli.register.duty.api import Card, Chain, ChainLevel, Charge, Leave, Seat, preset
from linli.register.people.api import Person, Source, Tag, TagKind
from linli.register.places.api import Place, PlaceKind
from linli.territory.api import Area, AreaKind

PRESET = "branch"
SHOWN = 0.4
"""The share of building heads who agreed to a card."""
CARD_PHONES = 30_000_000
SINCE = date(2024, 1, 1)
PROMISES = ("有事敲门，随叫随到", "每周走一遍楼道", "老人的事先办", "听见就记下，三天内回话", "楼里的灯坏了找我")
REACHES = ("每晚七点后敲门", "居委会值班室转告", "楼下宣传栏留条", "早上八点在小区门口")
HEADS = """
select distinct on (d.id) d.id, p.id from register_place d
  join register_place h on h.kind = 'home' and h.parent_id = d.id
  join register_person p on p.home_id = h.id and p.left_on is null
 where d.area_id = %s and d.kind in ('entrance', 'village_group')
   and p.born_on between %s and %s
 order by d.id, p.born_on, p.name
"""
"""For each entrance and each village group one grown-up who lives there."""


def lay_charges(using: str, town: Area, today: date) -> Chain:
    """Charge every committee, compound, entrance and group of the town; residents become building heads."""
    shipped = preset(PRESET)
    chain = Chain.objects.using(using).create(
        code=f"{PRESET}-{town.code}", name=f"周浦{shipped.name}", name_en=f"Zhoupu: {shipped.name_en}", area_id=town.id
    )
    levels = ChainLevel.objects.using(using).bulk_create(
        ChainLevel(
            chain_id=chain.id, depth=depth, name=one.name, name_en=one.name_en,
            laid_on=[kind.value for kind in one.laid_on], must_cover=one.must_cover, most_doors=one.most_doors,
            most_homes=one.most_homes,
        )
        for depth, one in enumerate(shipped.levels, 1)
    )  # fmt: skip
    worked = Post.objects.using(using).filter(role=Role.WORKER).values("area_id")
    leaves = Area.objects.using(using).filter(path__startswith=f"{town.path}.", id__in=worked)
    for kind in (AreaKind.COMMITTEE, AreaKind.VILLAGE):
        for nth, leaf in enumerate(leaves.filter(kind=kind).order_by("path")):
            _Leaf(using, leaf, levels, today).lay(nth)
    return chain


class _Leaf:
    """One committee or village."""

    def __init__(self, using: str, area: Area, levels: list[ChainLevel], today: date) -> None:
        self.using, self.area, self.levels, self.today = using, area, levels, today
        posts = Post.objects.using(using).filter(area_id=area.id).order_by("id")
        self.whole = area.kind == AreaKind.VILLAGE  # one group has forty houses: a gap there would fill the list
        self.workers = [post for post in posts if post.role == Role.WORKER]
        self.head = next((post for post in posts if post.role == Role.BUILDING_HEAD), None)

    def lay(self, nth: int) -> None:
        """Lay every level, then harm a little of it, each time in another way."""
        charges = [self._charge(1, None, self.workers[0])]
        compounds = self._places(PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP)
        charges += [
            self._charge(2, one, self.workers[place_nth % len(self.workers)]) for place_nth, one in enumerate(compounds)
        ]
        heads = self._heads()
        doors = list(heads)
        own = doors[:2] if self.head else []
        charges += [self._charge(3, door, self.head) for door in own]
        charges += [self._charge(3, door, None, person=person) for door, person in heads.items() if door not in own]
        laid = Charge.objects.using(self.using).bulk_create(self._without(charges, doors, nth))
        self._tag([person for door, person in heads.items() if door not in own])
        self._cards([one for one in laid if one.level_id == self.levels[2].id])
        self._harm([one for one in laid if one.level_id == self.levels[2].id], nth)

    def _charge(self, depth: int, place: int | None, post: Post | None, *, person: UUID | None = None) -> Charge:
        return Charge(
            level_id=self.levels[depth - 1].id, area_id=self.area.id, place_id=place, starts_on=SINCE,
            post_id=post.id if post else None, person_id=person,
        )  # fmt: skip

    def _places(self, *kinds: PlaceKind) -> list[int]:
        rows = Place.objects.using(self.using).filter(area_id=self.area.id, kind__in=kinds)
        return list(rows.order_by("id").values_list("id", flat=True))

    def _heads(self) -> dict[int, UUID]:
        old, young = self.today - timedelta(days=76 * 365), self.today - timedelta(days=30 * 365)
        with connections[self.using].cursor() as cursor:
            cursor.execute(HEADS, [self.area.id, old, young])
            return dict(cursor.fetchall())

    def _without(self, charges: list[Charge], doors: list[int], nth: int) -> list[Charge]:
        """Every third neighbourhood lacks the head of one entrance."""
        left_out = doors[3] if nth % 3 == 0 and len(doors) > 4 and not self.whole else None
        return [one for one in charges if one.place_id is None or one.place_id != left_out]

    def _tag(self, people: list[UUID]) -> None:
        kind = TagKind.objects.using(self.using).get(code="building_head")
        fresh = self.today + timedelta(days=kind.fresh_days)
        homes = dict(Person.objects.using(self.using).filter(id__in=people).values_list("id", "home_id"))
        Tag.objects.using(self.using).bulk_create(
            Tag(
                area_id=self.area.id, home_id=home, person_id=one, kind_id=kind.code, source=Source.DEMO, stale_on=fresh
            )
            for one, home in homes.items()
        )

    def _cards(self, laid: list[Charge]) -> None:
        names = dict(
            Person.objects.using(self.using)
            .filter(id__in=[one.person_id for one in laid if one.person_id])
            .values_list("id", "name")
        )
        Card.objects.using(self.using).bulk_create(
            self._card(one, names[one.person_id]) for one in laid if one.person_id and self._agrees(one)
        )

    def _agrees(self, charge: Charge) -> bool:
        return Dice("cards", str(charge.place_id)).chance(SHOWN)

    def _card(self, charge: Charge, name: str) -> Card:
        dice = Dice("card", str(charge.place_id))
        phone = f"电话 {synthetic_phone(CARD_PHONES + charge.id)}"
        return Card(
            area_id=self.area.id, person_id=charge.person_id, shown_name=name[0] + dice.pick(("师傅", "阿姨", "老师")),
            duty_words="楼组长：走访、通知、报告楼里的事", promise=dice.pick(PROMISES),
            reach=dice.pick((*REACHES, phone)),
        )  # fmt: skip

    def _harm(self, heads: list[Charge], nth: int) -> None:
        """Somebody has moved away, somebody is on leave, a building was charged twice."""
        if len(heads) < 8 or self.whole:
            return
        residents = [one for one in heads if one.person_id]
        away, stood_in, moved = residents[0], residents[1], residents[2]
        if nth % 4 == 0:
            Leave.objects.using(self.using).create(area_id=self.area.id, charge_id=away.id, starts_on=self.today)
        if nth % 2 == 0:
            Leave.objects.using(self.using).create(
                area_id=self.area.id, charge_id=stood_in.id, starts_on=self.today - timedelta(days=3),
                ends_on=self.today + timedelta(days=9), stand_in_post_id=self.workers[-1].id,
            )  # fmt: skip
        if nth % 5 == 1 and moved.person_id:
            Person.objects.using(self.using).filter(id=moved.person_id).update(left_on=self.today - timedelta(days=1))
        if nth == 0 and residents[4].place_id:
            self._double(residents[4], residents[4].place_id)

    def _double(self, charge: Charge, door: int) -> None:
        building = Place.objects.using(self.using).get(id=door).parent_id
        Charge.objects.using(self.using).create(
            level_id=charge.level_id, area_id=self.area.id, place_id=building, post_id=self.workers[-1].id,
            starts_on=SINCE, seat=Seat.ACCOUNTABLE,
        )  # fmt: skip
