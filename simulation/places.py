"""Minhang's 14 units as the simulated district sees them: weights, grid cells, zones, neighbours."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """One street, town or the industrial zone, with its made-up share of the district's enterprises."""

    code: str
    name_zh: str
    short_zh: str
    share: float
    cells: int
    zone: str
    zone_share: float


DISTRICT = "310112"
SOUTHERN_ZONE = "南部闵开发"
HONGQIAO_ZONE = "虹桥商务区"

TOWNS: tuple[Town, ...] = (
    Town("310112001", "江川路街道", "江川", 0.060, 10, SOUTHERN_ZONE, 0.45),
    Town("310112006", "古美街道", "古美", 0.030, 8, "", 0.0),
    Town("310112008", "新虹街道", "新虹", 0.045, 8, HONGQIAO_ZONE, 0.70),
    Town("310112009", "浦锦街道", "浦锦", 0.035, 8, "", 0.0),
    Town("310112101", "莘庄镇", "莘庄", 0.095, 11, "", 0.0),
    Town("310112102", "七宝镇", "七宝", 0.100, 12, "", 0.0),
    Town("310112103", "颛桥镇", "颛桥", 0.100, 11, "", 0.0),
    Town("310112106", "华漕镇", "华漕", 0.065, 10, HONGQIAO_ZONE, 0.35),
    Town("310112107", "虹桥镇", "虹桥", 0.070, 10, "", 0.0),
    Town("310112108", "梅陇镇", "梅陇", 0.110, 12, "", 0.0),
    Town("310112110", "吴泾镇", "吴泾", 0.045, 9, "", 0.0),
    Town("310112112", "马桥镇", "马桥", 0.050, 9, SOUTHERN_ZONE, 0.30),
    Town("310112114", "浦江镇", "浦江", 0.120, 12, "", 0.0),
    Town("310112501", "莘庄工业区", "莘工区", 0.075, 10, "", 0.0),
)

# Neighbourhood committees that exist in every one of the units under these last three digits are few;
# the ones below were each found under their town in the 2023 edition of the statistical codes.
VILLAGE_SUFFIXES: tuple[tuple[str, ...], ...] = (
    ("001", "003", "009", "015"),
    ("001", "006", "011", "014"),
    ("001", "005", "010", "014"),
    ("001", "004", "009", "013"),
    ("001", "007", "014", "020"),
    ("002", "008", "015", "020"),
    ("001", "005", "012", "016"),
    ("002", "008", "013", "018"),
    ("001", "006", "011", "015"),
    ("001", "007", "012", "016"),
    ("001", "016", "021", "028"),
    ("001", "006", "010", "015"),
    ("002", "019", "024", "030"),
    ("001", "004", "007", "010"),
)

# Where enterprises that work in Minhang are often registered instead: districts with cheap addresses first.
OTHER_DISTRICTS: tuple[tuple[str, float], ...] = (
    ("310151", 0.26),
    ("310120", 0.18),
    ("310116", 0.16),
    ("310115", 0.14),
    ("310114", 0.10),
    ("310104", 0.09),
    ("310105", 0.07),
)


def grid_cell(town: Town, number: int) -> str:
    return f"{town.code}-G{number:02d}"


def grid_cells(town: Town) -> list[str]:
    return [grid_cell(town, number) for number in range(1, town.cells + 1)]
