"""Industries of the simulated district: GB/T 4754-2017 classes, the trades in names, sizes and risk."""

from dataclasses import dataclass

_CODE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Industry:
    """One section: share of enterprises, median headcount, log-risk, and (class, trade in the name) pairs."""

    section: str
    share: float
    median_headcount: float
    log_risk: float
    sole_trader_share: float
    trades: tuple[tuple[str, str], ...]
    shops: tuple[tuple[str, str], ...] = ()


def _trades(text: str) -> tuple[tuple[str, str], ...]:
    """Read `3311金属结构 3484精密机械`: the class code, then the trade as it stands in a name."""
    return tuple((word[:_CODE_LENGTH], word[_CODE_LENGTH:]) for word in text.split())


INDUSTRIES: tuple[Industry, ...] = (
    Industry(
        "C",
        0.170,
        26,
        0.45,
        0.02,
        _trades(
            "3311金属结构 3484精密机械 3670汽车部件 3985电子材料 2927塑料制品 1829服饰 "
            "2231纸业包装 3982电路科技 3872照明 2319印务 3562半导体设备 3831线缆"
        ),
        _trades("1819制衣坊 2110木器加工部"),
    ),
    Industry(
        "F",
        0.215,
        8,
        -0.25,
        0.22,
        _trades("5165建材 5132服饰贸易 5174五金 5176数码 5123果蔬 5154医疗器械 5181国际贸易 5212超市管理"),
        _trades("5213便利店 5232服装店 5223水果店 5174五金商行"),
    ),
    Industry(
        "E",
        0.085,
        20,
        0.95,
        0.02,
        _trades("4710建筑工程 4813市政工程 4920机电安装 5011建筑装饰 5090建筑劳务 5013幕墙工程"),
        _trades("5012装修服务部"),
    ),
    Industry(
        "H",
        0.085,
        12,
        0.65,
        0.42,
        _trades("6210餐饮管理 6220快餐 6110酒店管理 6121宾馆 6241膳食配送 6232咖啡"),
        _trades("6291小吃店 6210饭店 6231茶馆 6220面馆"),
    ),
    Industry(
        "L",
        0.120,
        15,
        0.3,
        0.03,
        _trades("7263劳务派遣 7269人力资源 7271保安服务 7281会展服务 7299商务服务 7292包装服务 7111汽车租赁"),
        _trades("7299商务服务部"),
    ),
    Industry(
        "O",
        0.060,
        9,
        0.35,
        0.4,
        _trades("8010家政服务 8040美容美发 8111汽车维修 8211保洁服务 8053健康管理"),
        _trades("8040美发店 8111汽修店 8030洗衣店 8052足浴店"),
    ),
    Industry(
        "I",
        0.075,
        14,
        -0.1,
        0.0,
        _trades("6513软件 6531信息系统 6572网络科技 6550数据服务 6591呼叫服务"),
    ),
    Industry(
        "M",
        0.085,
        12,
        -0.25,
        0.01,
        _trades("7320工程技术 7340生物医药 7482工程监理 7491工业设计"),
        _trades("7491设计工作室"),
    ),
    Industry(
        "K",
        0.030,
        18,
        0.05,
        0.02,
        _trades("7020物业管理 7030房产经纪 7010置业"),
        _trades("7030房产中介店"),
    ),
    Industry(
        "G",
        0.040,
        22,
        0.35,
        0.05,
        _trades("5431货运 5821货运代理 5920仓储 5438搬场运输"),
        _trades("5438搬家服务部"),
    ),
    Industry(
        "R",
        0.015,
        10,
        0.1,
        0.1,
        _trades("8930健身 9011娱乐 8911体育赛事"),
        _trades("8930健身工作室"),
    ),
    Industry(
        "P",
        0.010,
        16,
        0.3,
        0.0,
        _trades("8391职业培训 8394教育科技"),
    ),
    Industry(
        "N",
        0.006,
        24,
        0.0,
        0.0,
        _trades("7820环境服务 7840绿化养护"),
    ),
    Industry(
        "J",
        0.004,
        12,
        -0.2,
        0.0,
        _trades("6790资产管理"),
    ),
)

SECTIONS = "".join(industry.section for industry in INDUSTRIES)
