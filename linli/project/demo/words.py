"""Word lists for invented people, estates and roads. Every pair is (Chinese, pinyin).

None of the roads and estates exists in Zhoupu: an invented address can never be somebody's home.
"""

from __future__ import annotations

from typing import Final

from linli.kernel.identifiers import synthetic_phone
from linli.project.demo.dice import Dice

Pair = tuple[str, str]


def _pairs(text: str) -> tuple[Pair, ...]:
    """Read `王 wang` pairs from a block of text."""
    parts = text.split()
    return tuple(zip(parts[::2], parts[1::2], strict=True))


SURNAMES: Final = _pairs(
    """王 wang 张 zhang 李 li 陈 chen 陆 lu 顾 gu 徐 xu 朱 zhu 周 zhou 沈 shen 吴 wu 杨 yang 黄 huang 赵 zhao 刘 liu 孙 sun
    胡 hu 唐 tang 金 jin 俞 yu 潘 pan 姚 yao 施 shi 倪 ni 瞿 qu 奚 xi 康 kang 储 chu 邱 qiu 叶 ye 曹 cao 高 gao 蔡 cai 方 fang
    何 he 林 lin 郑 zheng 谢 xie 宋 song 许 xu 韩 han 冯 feng 邓 deng 程 cheng 袁 yuan 傅 fu 丁 ding 薛 xue 严 yan 华 hua"""
)
GIVEN_FIRST: Final = _pairs(
    """建 jian 志 zhi 国 guo 明 ming 晓 xiao 文 wen 海 hai 佳 jia 永 yong 春 chun 丽 li 秀 xiu 玉 yu 美 mei 小 xiao 思 si 雨 yu
    俊 jun 嘉 jia 子 zi 逸 yi 欣 xin 慧 hui 静 jing 立 li 正 zheng 振 zhen 宏 hong 桂 gui 雪 xue 凤 feng 金 jin 德 de 惠 hui"""
)
GIVEN_LAST: Final = _pairs(
    """民 min 强 qiang 华 hua 芳 fang 英 ying 平 ping 军 jun 敏 min 琴 qin 珍 zhen 峰 feng 杰 jie 超 chao 婷 ting 娟 juan 琳 lin
    萍 ping 辉 hui 刚 gang 燕 yan 洁 jie 磊 lei 涛 tao 勇 yong 斌 bin 伟 wei 佩 pei 怡 yi 妍 yan 晨 chen 轩 xuan 宁 ning 博 bo
    良 liang 荣 rong 根 gen 林 lin 兴 xing 康 kang 凯 kai 诚 cheng 娜 na 莉 li 蓉 rong 霞 xia 红 hong 倩 qian"""
)
GIVEN_SINGLE: Final = _pairs(
    """敏 min 伟 wei 静 jing 磊 lei 洁 jie 斌 bin 峰 feng 婷 ting 勇 yong 燕 yan 俊 jun 颖 ying 琦 qi 涛 tao 莹 ying 晨 chen
    捷 jie 青 qing 岚 lan 昊 hao 宁 ning 越 yue"""
)
ESTATE_HEADS: Final = _pairs(
    """澄瑞 chengrui 澧和 lihe 沁安 qin'an 景岚 jinglan 泽熙 zexi 云蔚 yunwei 棠悦 tangyue 和煦 hexu 清嘉 qingjia 映溪 yingxi
    瑞澜 ruilan 安禾 anhe 锦棠 jintang 舒朗 shulang 槐荫 huaiyin 丰禾 fenghe 听澜 tinglan 枫蔚 fengwei 澄溪 chengxi 惠禾 huihe
    梧语 wuyu 晴澍 qingshu 颂禾 songhe 兰亭序 lantingxu 盈禾 yinghe 沐晖 muhui 嘉澍 jiashu 宜棠 yitang 柏悦里 boyueli 同沁 tongqin
    润禾 runhe 星澜 xinglan 澧澜 lilan 春熙里 chunxili 荷风 hefeng 秋澄 qiucheng 若棠 ruotang 棉禾 mianhe 朗晴 langqing 合澄 hecheng
    樟荫 zhangyin 沁澜 qinlan 禾畔 hepan 知澜 zhilan 芸棠 yuntang 岚桥 lanqiao 澧畔 lipan 望禾 wanghe"""
)
ROAD_HEADS: Final = _pairs(
    """澧澄 Licheng 瑞禾 Ruihe 沁棠 Qintang 和澜 Helan 安澍 Anshu 棠溪 Tangxi 景禾 Jinghe 泽岚 Zelan 云禾 Yunhe 丰澜 Fenglan
    映棠 Yingtang 嘉岚 Jialan 盈澜 Yinglan 枫禾 Fenghe 秋棠 Qiutang 兰畔 Lanpan 柏澜 Bolan 春澍 Chunshu 知禾 Zhihe 晴澜 Qinglan
    润棠 Runtang 星禾 Xinghe 荷澜 Helan 樟溪 Zhangxi"""
)
HAMLET_SURNAMES: Final = _pairs(
    "陈 chen 顾 gu 陆 lu 沈 shen 奚 xi 瞿 qu 倪 ni 姚 yao 潘 pan 施 shi 储 chu 康 kang 唐 tang 朱 zhu"
)
FIRM_HEADS: Final = _pairs(
    """瑞澄 Ruicheng 沁和 Qinhe 安岚 Anlan 禾润 Herun 棠嘉 Tangjia 泽邻 Zelin 云舍 Yunshe 澧家 Lijia 景邻 Jinglin 朗诚 Langcheng
    盈邻 Yinglin 枫舍 Fengshe 同禾 Tonghe 知邻 Zhilin 晴舍 Qingshe"""
)


class People:
    """Invents people one after another: names repeat as in life, user names and telephone numbers never do.

    start: index of the first number for `synthetic_phone`.
    """

    def __init__(self, dice: Dice, *, start: int) -> None:
        self._dice = dice
        self._next = start
        self._taken: dict[str, int] = {}

    def name(self) -> Pair:
        """Return a name of two or three characters and its pinyin in lower case."""
        surname, sound = self._dice.pick(SURNAMES)
        if self._dice.chance(0.3):
            given, given_sound = self._dice.pick(GIVEN_SINGLE)
            return surname + given, sound + given_sound
        first, first_sound = self._dice.pick(GIVEN_FIRST)
        last, last_sound = self._dice.pick(GIVEN_LAST)
        return surname + first + last, sound + first_sound + last_sound

    def username(self, sound: str) -> str:
        """Return `sound`, with a number behind it when it is taken."""
        self._taken[sound] = nth = self._taken.get(sound, 0) + 1
        return sound if nth == 1 else f"{sound}{nth}"

    def phone(self) -> str:
        """Return the next number that is allotted to nobody."""
        self._next += 1
        return synthetic_phone(self._next - 1)
