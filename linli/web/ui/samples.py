"""Invented content for the gallery: every component in every state, with words as long as real ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms
from django.templatetags.static import static
from django.utils.translation import get_language

from linli.kernel import clock
from linli.web.ui.icons import PATHS
from linli.web.ui.states import BADGES
from linli.web.ui.story import Photo, StoryEntry, Who

CENTRE = (121.5735, 31.1135)


def _say(chinese: str, english: str) -> str:
    return english if (get_language() or "").startswith("en") else chinese


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(max_length=40)
    kind = forms.ChoiceField(widget=forms.RadioSelect)
    words = forms.CharField(widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(required=False)

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__(data)
        self.fields["title"].label = _say("一句话说清楚", "In one sentence")
        self.fields["title"].help_text = _say(
            "例如:3 号楼南侧消防车道停了车", "For example: a car stands in the fire lane"
        )
        self.fields["words"].label = _say("还想说什么", "Anything more")
        self.fields["agreed"].label = _say("愿意接到回访电话", "You may call me back")
        choices = [
            ("C03", _say("消防车道占用", "Fire lane blocked")),
            ("C04", _say("楼道堆物", "Things in the corridor")),
        ]
        label = _say("哪一类", "Which kind")
        self.fields["kind"] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)


def gallery() -> dict[str, object]:
    """Return the context of ui/gallery.html."""
    now = clock.now()
    form = SampleForm({"title": "", "kind": "C03", "words": _say("已经两天了。", "For two days now.")})
    return {
        "clocks": _clocks(now),
        "states": list(BADGES),
        "icons": sorted(PATHS),
        "who": Who("王建国", _say("经理", "Manager"), _say("瑞和物业", "Ruihe Property")),
        "masked_phone": "16012345678",
        "before": photo("before", _say("消防车道上停着一辆白色轿车", "A white car in the fire lane")),
        "after": photo("after", _say("车已移走,标线清楚", "The lane is clear")),
        "story": story(now),
        "steps": [
            _say("收到", "Received"),
            _say("受理", "Accepted"),
            _say("在办", "Worked on"),
            _say("核查", "Checked"),
            _say("评价", "Rated"),
        ],
        "form": form,
        "rows": _rows(now),
        "places": [(str(n), name) for n, name in enumerate(_names(), start=1)],
    }


def photo(name: str, alt: str) -> Photo:
    """Return one of the drawn sample pictures: before or after."""
    url = static(f"linli/sample/{name}.svg")
    return Photo(url=url, alt=alt, at=clock.now() - timedelta(hours=2))


def _clocks(now: datetime) -> list[dict[str, object]]:
    rule = _say("2 小时内移车 · 事项 C03 · 自然小时", "move within 2 h · matter C03 · natural hours")
    wait = _say("等业主表决", "waiting for the owners' vote")

    def left(**ahead: float) -> datetime:
        return now + timedelta(**ahead)

    return [
        {"due": left(hours=2, minutes=10.5), "warn": left(hours=1), "rule": rule},
        {"due": left(days=3, hours=5), "warn": left(days=2), "rule": rule},
        {"due": left(minutes=19.5), "warn": left(minutes=-5), "rule": rule},
        {"due": left(minutes=-35), "warn": left(hours=-1), "rule": rule},
        {"due": left(days=1), "warn": left(hours=5), "paused": wait, "rule": rule},
        {"due": left(hours=1), "warn": left(minutes=20), "met": left(minutes=-1), "rule": rule},
        {"due": left(hours=-2), "warn": left(hours=-3), "met": left(hours=-1), "rule": rule},
        {"due": None},
    ]


def story(now: datetime) -> list[StoryEntry]:
    """Return a matter's story with every kind of step."""
    guard = Who("张卫东", _say("保安", "Guard"), _say("瑞和物业", "Ruihe Property"))
    before = photo("before", _say("消防车道上停着一辆白色轿车", "A white car in the fire lane"))
    after = photo("after", _say("车已移走,标线清楚", "The lane is clear"))

    def at(minutes: int) -> datetime:
        return now - timedelta(minutes=minutes)

    return [
        StoryEntry(
            "report",
            _say("居民随手报", "Reported by a resident"),
            at(150),
            Who("", _say("居民", "Resident")),
            _say(
                "3 号楼南侧消防车道停了一辆车,从昨晚到现在。",
                "A car stands in the fire lane south of building 3 since last night.",
            ),
            [before, before],
        ),
        StoryEntry(
            "file-case",
            _say("立案", "Filed"),
            at(147),
            Who("李敏", _say("社工", "Social worker"), _say("瑞安居委", "Rui'an committee")),
            tone="good",
        ),
        StoryEntry(
            "clock", _say("时限开始:到场 30 分钟,移车 2 小时", "Limits begin: 30 min, 2 h"), at(147), technical=True
        ),
        StoryEntry("bell", _say("通知已送达瑞和物业", "Notice delivered"), at(146), technical=True),
        StoryEntry(
            "route",
            _say("派遣 → 瑞和物业", "Dispatched → Ruihe Property"),
            at(146),
            Who("李敏", _say("社工", "Social worker")),
            why=_say(
                "规则 D-014:事项 C03 × 瑞安居委 × 小区内 → 物业。比“街镇默认”更具体,所以用它。",
                "Rule D-014: C03 × Rui'an × inside a compound → property firm; more specific than the town's.",
            ),
        ),
        StoryEntry("arrive", _say("到场", "On site"), at(131), guard, tone="good"),
        StoryEntry(
            "talk",
            _say("内部备注", "Inner remark"),
            at(120),
            guard,
            _say("车主电话无人接,已联系派出所查询。", "The owner does not answer; the police station is asked."),
            inner=True,
            tone="attention",
        ),
        StoryEntry(
            "reply",
            _say("反馈:实际解决", "Fed back: solved"),
            at(60),
            guard,
            _say("车主已移车,现场劝导。", "The owner moved the car."),
            before=[before],
            after=[after],
            facts=[(_say("用时", "Took"), _say("1 小时 11 分", "1 h 11 min"))],
        ),
        StoryEntry("verify", _say("待核查(不是处置人)", "To be checked by somebody else"), pending=True),
    ]


def _rows(now: datetime) -> list[dict[str, object]]:
    words = [
        (
            _say("3 号楼南侧消防车道停了一辆车,消防车进不来", "Car in the fire lane south of building 3"),
            "handling",
            -35,
        ),
        (_say("12 号 6 楼楼道堆满纸箱和旧家具", "Cardboard and old furniture on floor 6 of no. 12"), "dispatched", 19),
        (_say("北门垃圾房夜里有人乱倒装修垃圾,味道很大", "Rubble dumped at the north gate by night"), "fed_back", 400),
        (_say("电动车在 5 号楼门厅充电", "E-bike charging in the hall of building 5"), "received", 1600),
    ]
    return [
        {
            "title": title,
            "state": state,
            "due": now + timedelta(minutes=minutes, seconds=30),
            "warn": now + timedelta(minutes=minutes - 60),
            "number": f"2611-132-00421{n}-K",
        }
        for n, (title, state, minutes) in enumerate(words)
    ]


def _names() -> list[str]:
    return [_say(f"瑞和苑 {n} 号楼", f"Ruihe Court, building {n}") for n in range(1, 9)]


def places() -> dict[str, object]:
    """Return eight buildings and a gate as GeoJSON (properties: id, name)."""
    features: list[dict[str, object]] = []
    for n, name in enumerate(_names()):
        west, south = CENTRE[0] + (n % 4) * 0.0006, CENTRE[1] + (n // 4) * 0.0005
        east, north = west + 0.0004, south + 0.00022
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            _feature(
                {"type": "Polygon", "coordinates": [ring]},
                id=str(n + 1),
                name=name,
                short=_say(f"{n + 1} 号楼", f"No. {n + 1}"),
            )
        )
    gate = {"type": "Point", "coordinates": [CENTRE[0] - 0.0003, CENTRE[1] + 0.0004]}
    features.append(_feature(gate, id="9", name=_say("西门", "West gate")))
    return {"type": "FeatureCollection", "features": features}


def matters() -> dict[str, object]:
    """Return open matters as GeoJSON (properties: id, title, state, url)."""
    kinds = ("left", "left", "near", "over", "paused")
    features = []
    for n in range(40):
        spot = [CENTRE[0] + (n * 37 % 100) * 0.0004, CENTRE[1] + (n * 61 % 100) * 0.0003]
        title = _say(f"事项 {n + 1}", f"Matter {n + 1}")
        point = {"type": "Point", "coordinates": spot}
        features.append(_feature(point, id=str(n), title=title, state=kinds[n % 5], url=f"#matter-{n}"))
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: Mapping[str, object], **properties: str) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
