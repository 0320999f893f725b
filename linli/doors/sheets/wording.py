"""Words of a table and the values they stand for: one book for reading and writing, in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache

from django.utils.translation import gettext, override

from linli.doors.sheets.columns import BY_KEY, Kind
from linli.kernel.phrases import gettext_noop
from linli.register.households.api import Relation, Tenure
from linli.register.people.api import Sex, Source, TagKind
from linli.register.places.api import CompoundKind, UseState

LANGUAGES = ("zh-hans", "en")


class IdKind(StrEnum):
    """Documents a person may be known by."""

    RESIDENT = "resident_id"
    HK_MACAO = "hk_macao"
    TAIWAN = "taiwan"
    FOREIGNER = "foreigner"
    PASSPORT = "passport"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _ID_LABELS[self]


_ID_LABELS = {
    IdKind.RESIDENT: gettext_noop("Resident identity card"),
    IdKind.HK_MACAO: gettext_noop("Travel or residence permit of Hong Kong or Macao"),
    IdKind.TAIWAN: gettext_noop("Travel or residence permit of Taiwan"),
    IdKind.FOREIGNER: gettext_noop("Foreigner's permanent residence card"),
    IdKind.PASSPORT: gettext_noop("Passport"),
    IdKind.OTHER: gettext_noop("Another document"),
}


class Presence(StrEnum):
    """Whether a member of a household lives in its home (人户一致) or is only registered there (人户分离)."""

    HERE = "here"
    REGISTERED = "registered"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _PRESENCE_LABELS[self]


_PRESENCE_LABELS = {
    Presence.HERE: gettext_noop("Lives here"),
    Presence.REGISTERED: gettext_noop("Registered here only"),
}

Word = CompoundKind | UseState | IdKind | Sex | Relation | Tenure | Presence | Source

BOOKS: Mapping[str, Sequence[Word]] = {
    "compound_kind": tuple(CompoundKind),
    "use": tuple(UseState),
    "id_kind": tuple(IdKind),
    "sex": tuple(Sex),
    "relation": tuple(Relation),
    "tenure": tuple(Tenure),
    "lives_here": tuple(Presence),
    "source": tuple(source for source in Source if source is not Source.DEMO),
}
"""The values of each column of words."""

ALIASES: Mapping[str, Mapping[str, str]] = {
    "compound_kind": {
        "动迁房": "resettlement", "安置房": "resettlement", "售后房": "after_sale_public", "公房": "after_sale_public",
        "老小区": "old", "老公房": "old", "别墅区": "villa", "高端小区": "upscale",
    },
    "use": {
        "自用": "owned", "自有": "owned", "自住房": "owned", "出租房": "let", "已出租": "let", "整租": "let",
        "合租": "shared", "空关": "empty", "空": "empty", "空房": "empty", "空置房": "empty", "经营": "business",
        "商用": "business", "办公": "business", "不详": "unknown", "未知": "unknown",
    },
    "id_kind": {
        "身份证": "resident_id", "居民身份证": "resident_id", "二代身份证": "resident_id", "护照": "passport",
        "港澳居民来往内地通行证": "hk_macao", "港澳通行证": "hk_macao",
        "回乡证": "hk_macao", "港澳居民居住证": "hk_macao",
        "台胞证": "taiwan", "台湾居民来往大陆通行证": "taiwan", "台湾居民居住证": "taiwan",
        "外国人永久居留身份证": "foreigner", "外国人永久居留证": "foreigner", "其他": "other", "其他证件": "other",
    },
    "sex": {"男性": "1", "女性": "2", "m": "1", "f": "2", "未知": "0", "1": "1", "2": "2", "0": "0", "9": "0"},
    "relation": {
        "本人": "head", "本人或户主": "head", "户主本人": "head", "妻": "spouse", "妻子": "spouse", "夫": "spouse",
        "丈夫": "spouse", "爱人": "spouse", "子": "child", "女": "child", "儿子": "child", "女儿": "child",
        "长子": "child", "长女": "child", "次子": "child", "次女": "child", "之子": "child", "之女": "child",
        "儿媳": "relative", "媳妇": "relative", "女婿": "relative", "孙子": "grandchild", "孙女": "grandchild",
        "外孙": "grandchild", "外孙子": "grandchild", "外孙女": "grandchild", "父": "parent", "父亲": "parent",
        "母": "parent", "母亲": "parent", "岳父": "relative", "岳母": "relative", "公公": "relative",
        "婆婆": "relative", "祖父": "grandparent", "祖母": "grandparent", "外祖父": "grandparent",
        "外祖母": "grandparent", "爷爷": "grandparent", "奶奶": "grandparent", "外公": "grandparent",
        "外婆": "grandparent", "兄": "sibling", "弟": "sibling", "姐": "sibling", "妹": "sibling", "哥哥": "sibling",
        "弟弟": "sibling", "姐姐": "sibling", "妹妹": "sibling", "亲戚": "relative", "亲属": "relative",
        "租客": "tenant", "租户": "tenant", "承租人": "tenant", "合租人": "tenant", "同住": "other", "非亲属": "other",
        "保姆": "carer", "护工": "carer", "住家保姆": "carer",
    },
    "tenure": {
        "自有": "own", "自有产权": "own", "产权": "own", "自购": "own", "商品房": "own", "自住": "own",
        "公租": "public_rent",
        "公房租赁": "public_rent", "公有租赁": "public_rent", "出租": "rent", "租住": "rent", "租房": "rent",
        "私房租赁": "rent", "宿舍": "lodging", "借用": "borrowed", "寄住": "borrowed", "其他": "other",
    },
    "lives_here": {
        "居住在此": "here",
        "是": "here", "在住": "here", "居住": "here", "实住": "here", "人户一致": "here", "人在户在": "here",
        "人在户不在": "here", "常住": "here", "yes": "here", "y": "here", "1": "here", "否": "registered",
        "户籍在此": "registered", "不在住": "registered", "人户分离": "registered", "户在人不在": "registered",
        "空挂": "registered", "空挂户": "registered", "no": "registered", "n": "registered", "0": "registered",
    },
    "source": {
        "上门走访": "door", "入户": "door", "走访": "door", "入户走访": "door", "电话核实": "phone", "来电": "phone",
        "本人": "self", "自报": "self", "本人申报": "self", "导入": "import", "名册": "import", "公安": "authority",
        "部门": "authority", "派出所": "authority",
    },
}  # fmt: skip
"""What people write for a value besides its two names."""

SEPARATORS = re.compile(r"[、,，;；|/\n]+")
_LOOSE = re.compile(r"[\s()（）]+")


def loose(word: str) -> str:
    """A word as it is compared: full-width forms, blanks, brackets and case aside."""
    return _LOOSE.sub("", unicodedata.normalize("NFKC", word)).lower()


def say(word: Word, language: str) -> str:
    """A value in a language, as a table shows it."""
    with override(language):
        return gettext(word.label)


@cache
def readings(key: str) -> Mapping[str, str]:
    """Every way to write the values of a column of words (compared loosely) → the value."""
    found = {loose(word): value for word, value in ALIASES[key].items()}
    for value in BOOKS[key]:
        found |= {loose(say(value, language)): value.value for language in LANGUAGES}
        found.setdefault(loose(value.value), value.value)
    return found


def choices(key: str, language: str) -> list[str]:
    """The words of a column in a language, as they are offered in a template and in a cure."""
    return [say(value, language) for value in BOOKS[key]]


def value_names(key: str, language: str) -> Mapping[str, str]:
    """Stored value → the word for it."""
    return {value.value: say(value, language) for value in BOOKS[key]}


def tag_readings(kinds: Iterable[TagKind]) -> Mapping[str, str]:
    """Every way to write a need or role → its code: its names, without what stands in brackets, or one part of them."""
    found: dict[str, str] = {}
    for kind in kinds:
        for name in (kind.name, kind.name_en, kind.code):
            bare = re.sub(r"[(（].*?[)）]", "", name)
            for form in (name, bare, *SEPARATORS.split(bare)):
                found.setdefault(loose(form), kind.code)
    return found


def is_word(key: str) -> bool:
    """Whether the column holds one word of a book."""
    return BY_KEY[key].kind is Kind.WORD
