"""The matters of one committee over a year: rows for a temporary table, and what makes reports and stories of them.

Invented from simple shares; the demonstration town replays real acts instead (project/demo/replay.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from linli.kernel.clock import shanghai
from linli.kernel.numbers import format_number
from linli.project.demo.dice import Dice

PER_COMMITTEE = (1720, 2400)
"""1,528 leaf areas make three million a year."""
YEAR = 364
SERIALS = 300
"""Numbers kept for one leaf area in one month, from FIRST_SERIAL on: far from those that the application gives out."""
FIRST_SERIAL = 700_000
STATES = ("closed", "handling", "filed", "verified")
OPEN_DAYS = 20
WORDS = (
    ("楼道堆物", "楼道里堆满纸箱和旧家具，晚上看不见路。"), ("垃圾未分类", "垃圾房外满地垃圾袋，味道很大。"),
    ("路灯不亮", "小区东门路灯坏了三盏。"), ("私拉电线", "有人从楼上拉线给电瓶车充电。"),
    ("占道停车", "消防通道停满了车。"), ("井盖破损", "人行道井盖松动，有老人差点绊倒。"),
    ("毁绿种菜", "绿化带被人种了菜。"), ("噪声扰民", "深夜装修，整栋楼睡不好。"),
)  # fmt: skip
COLUMNS = ("id", "number", "place_id", "nth_item", "title", "words", "state", "at", "hours")
Row = tuple[object, ...]

TEMPORARY = """
create temporary table if not exists invented (id uuid, number text, place_id bigint, nth_item int, title text,
  words text, state text, at timestamptz, hours int);
create temporary table if not exists invented_item as
  select code, cls, row_number() over (order by code) - 1 as n, count(*) over () as of from catalogue_item;
"""

REPORTS = """
insert into casework_report (id, number, channel, state, area_id, unit_id, level, place_id, place_text, lat, lng,
    item_code, topic, title, words, photos, reporter_name, phone_mask, language, suggestions, reason, received_at,
    created_at, request_hash)
select m.id, m.number, 'resident', 'accepted', %(area)s, %(unit)s, 1, p.id, p.address, p.lat, p.lng, i.code, '',
       m.title, m.words, 0, '', '', '', '[]', '', m.at, m.at, ''
  from invented m join register_place p on p.id = m.place_id join invented_item i on i.n = m.nth_item %% i.of
"""
CASES = """
insert into casework_case (id, number, state, area_id, desk_id, unit_id, level, item_code, item_version, topic, cls,
    title, channel, place_id, place_text, lat, lng, reports, opened_at, promised_at, due_at, warn_at, next_clock,
    waiting_for, result, returns, extensions, reworks, extension_asked, closed_at)
select m.id, m.number, m.state, %(area)s, %(unit)s, %(unit)s, 1, i.code, 1, '', i.cls, m.title, 'resident', p.id,
       p.address, p.lat, p.lng, 1, m.at, m.at + interval '3 days',
       case when m.state <> 'closed' then m.at + interval '30 days' end,
       case when m.state <> 'closed' then m.at + interval '24 days' end,
       case when m.state <> 'closed' then 'whole' else '' end, '',
       case when m.state in ('closed', 'verified') then 'solved' else '' end, 0, 0, 0, false,
       case when m.state = 'closed' then m.at + m.hours * interval '1 hour' end
  from invented m join register_place p on p.id = m.place_id join invented_item i on i.n = m.nth_item %% i.of
"""
JOINED = """
insert into casework_casereport (report_id, case_id, area_id, joined_at) select id, id, %(area)s, at from invented
"""
STORY = """
insert into casework_entry (id, matter_id, area_id, at, act, visibility, actor_name, actor_role, words, data, photos)
select (lpad(to_hex((extract(epoch from m.at) * 1000)::bigint), 12, '0') || '7'
        || substr(md5(m.id::text || s.n), 1, 3) || '8' || substr(md5(m.id::text || s.n), 4, 15))::uuid,
       m.id, %(area)s, m.at + s.share * m.hours * interval '1 hour', s.act, 'public', s.who, s.role,
       case when s.act = 'receive' then m.words else '' end, '{}', '{}'
  from invented m
  join (values (0, 0.0, 'receive', '', '', 4), (1, 0.02, 'open', '值班员', 'dispatcher', 4),
               (2, 0.05, 'dispatch', '值班员', 'dispatcher', 3), (3, 0.1, 'accept', '处置员', 'responder', 3),
               (4, 0.8, 'feed_back', '处置员', 'responder', 2), (5, 0.9, 'verify', '社工', 'worker', 2),
               (6, 1.0, 'close', '', 'system', 1)) as s(n, share, act, who, role, least)
    on s.least >= case m.state when 'closed' then 1 when 'verified' then 2 when 'handling' then 3 else 4 end
"""


def matters(code: str, town: str, nth: int, places: Sequence[int], today: datetime) -> Iterator[Row]:
    """Rows of COLUMNS for a leaf area; `nth`: its position in the town, for numbers of its own."""
    dice = Dice("matters", code)
    given: dict[str, int] = {}
    for _ in range(dice.between(*PER_COMMITTEE)):
        at = today - timedelta(minutes=dice.between(60, YEAR * 1440))
        yymm = f"{shanghai(at):%y%m}"
        serial = given[yymm] = given.get(yymm, -1) + 1
        number = format_number(yymm=yymm, town=town, serial=FIRST_SERIAL + nth * SERIALS + serial)
        state = "closed" if today - at > timedelta(days=OPEN_DAYS) else dice.weighted(STATES, (60, 25, 10, 5))
        title, words = dice.pick(WORDS)
        yield (
            _id(at, dice),
            number,
            dice.pick(places),
            dice.between(0, 10_000),
            title,
            words,
            state,
            at,
            dice.between(2, 90),
        )


def _id(at: datetime, dice: Dice) -> UUID:
    """A version 7 UUID of that moment, so that rows lie in the order of time."""
    milliseconds = int(at.timestamp() * 1000) << 80
    return UUID(int=milliseconds | 7 << 76 | 2 << 62 | int(dice.fraction() * (1 << 53)) << 9 | 1 << 60)
