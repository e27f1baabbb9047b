"""Made-up names. Any likeness with a real enterprise or person is chance: two rare words and a trade."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from simulation.industries import Industry
from simulation.places import TOWNS


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _listed(
    "澜亭 朗岳 砚舟 沐禾 澄屿 翎川 峤峰 霁野 槿原 栖梧 曜辰 珂里 漱石 笙遥 筑云 簌林 "
    "昀泽 泊远 浔阳岸 渌口湾 琅序 璟岚 禾煦 稷安 穗丰园 纾和 翊恒 舒越 芃野 荇洲 "
    "莘澜 葭月 蓼汀 衍庆 觅原 谧蓝 跃汐 迩同 邃谷 郢川 钰桥 铎声 闳宇 陌上青 霖渡 韶光里"
)
_SECOND = _listed(
    "维衡 拓岭 嘉沅 宏沚 欣栩 润珩 卓屹 凯浦 恺闵 立崧 启澍 锐桁 诚砺 达沣 盛垚 "
    "捷翊 优霈 创弈 联屿 合埠 聚峦 益瑭 信筠 富棠 隆桉 泰昉 祥郁 瑞垣 景沄 博洵 "
    "远桢 新湄 正鼎元 永昕源 华峥汇 东屏港 浦榕达 申栎特 沪椿盟 汇杉通 丰桐利 佳柘美"
)
_SURNAMES = "赵钱孙李周吴郑王冯陈沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹喻柏窦章苏潘葛范彭鲁韦马"
_GIVEN = _listed(
    "文静 建国 晓岚 志强 海燕 明辉 雨桐 国平 丽华 俊杰 佳怡 振宇 秀兰 思远 春梅 立新 "
    "雪芳 永康 慧敏 子涵 卫东 梦洁 宏伟 玉珍 天佑 若琳 庆丰 爱华 浩然 婉清"
)
_FORMS = ("有限公司", "有限公司", "有限公司", "有限公司", "股份有限公司")

_PAIRS = len(_FIRST) * len(_SECOND)


def _distinct(rng: np.random.Generator, count: int, space: int) -> list[int]:
    """Return distinct numbers; where the space of names is used up, the rest become numbered branches."""
    return cast("list[int]", rng.choice(max(space, count), size=count, replace=False).tolist())


def _words(number: int) -> str:
    first, second = divmod(number % _PAIRS, len(_SECOND))
    return _FIRST[first] + _SECOND[second]


def _branch(number: int, space: int) -> str:
    return f"第{number // space + 1}分公司" if number >= space else ""


def company_names(rng: np.random.Generator, industry: Industry, count: int) -> tuple[list[str], list[str]]:
    """Return distinct company names of one section, and the class code that fits each."""
    space = _PAIRS * len(industry.trades)
    names, classes = [], []
    for number, form in zip(_distinct(rng, count, space), rng.integers(0, len(_FORMS), count), strict=True):
        code, trade = industry.trades[number % space // _PAIRS]
        names.append(f"上海{_words(number)}{trade}{_FORMS[form]}{_branch(number, space)}")
        classes.append(industry.section + code)
    return names, classes


def shop_names(
    rng: np.random.Generator, industry: Industry, towns: NDArray[np.int64]
) -> tuple[list[str], list[str]]:
    """Return distinct names of sole traders, who are named after the town, and their class codes."""
    space = _PAIRS * len(industry.shops)
    names, classes = [], []
    for number, town in zip(_distinct(rng, len(towns), space), towns, strict=True):
        code, shop = industry.shops[number % space // _PAIRS]
        names.append(f"上海市闵行区{TOWNS[town].short_zh}{_words(number)}{shop}{_branch(number, space)}")
        classes.append(industry.section + code)
    return names, classes


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    numbers = rng.choice(len(_SURNAMES) * len(_GIVEN), size=count, replace=False)
    return [_SURNAMES[number // len(_GIVEN)] + _GIVEN[number % len(_GIVEN)] for number in numbers.tolist()]
