"""How the operands of the geo operators are read: places, boxes, areas, spheres, distances."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.query.geo import EARTH_RADIUS_KM, EARTH_RADIUS_MILES, Place, valid_place
from noodl_runtime.query.operands import Operand
from noodl_runtime.values import GeoPoint, Polygon

MIN_CORNERS = 3

# Modifier of $nearSphere -> (length of one radian in it, whether it limits the result).
# source: the recorded answers of Parse Server (geo-003, geo-004): only $maxDistance limits there;
# beside a distance in kilometres or miles everything comes, nearest first. The friendly spellings,
# which no recorded client sends, mean what they say.
DISTANCES: dict[str, tuple[float, bool]] = {
    "$maxDistance": (1.0, True),
    "$maxDistanceInRadians": (1.0, False),
    "$maxDistanceInKilometers": (EARTH_RADIUS_KM, False),
    "$maxDistanceInMiles": (EARTH_RADIUS_MILES, False),
    "maxDistanceInRadians": (1.0, True),
    "maxDistanceInKilometers": (EARTH_RADIUS_KM, True),
    "maxDistanceInMiles": (EARTH_RADIUS_MILES, True),
}


def near(operand: Operand) -> tuple[GeoPoint, float | None]:
    """Accept a GeoPoint; return it with the largest distance in radians, None for any."""
    point = _point(operand, operand.value)
    limits: list[float] = []
    for key, (radius, limiting) in DISTANCES.items():
        if key in operand.siblings:
            given = _distance(operand, operand.siblings[key])
            limits += [given / radius] if limiting else []
    return point, min(limits, default=None)


def box(operand: Operand) -> tuple[Place, Place]:
    """Accept {"$box": [southwest, northeast]}; return the two corners."""
    corners = _only(operand, ("$box",))["$box"]
    if not isinstance(corners, list | tuple) or len(corners) != 2:
        raise operand.refused('{"$box": [southwest, northeast]}')
    return _place(operand, corners[0]), _place(operand, corners[1])


def area(operand: Operand) -> tuple[str, Any]:
    """Accept a polygon or a sphere; return ("polygon", corners) or ("sphere", (point, radians))."""
    given = _only(operand, ("$polygon", "$centerSphere"))
    if "$polygon" in given:
        return "polygon", _polygon(operand, given["$polygon"])
    return "sphere", _sphere(operand, given["$centerSphere"])


def point_inside(operand: Operand) -> Place:
    """Accept {"$point": GeoPoint}; return its coordinates."""
    return _place(operand, _only(operand, ("$point",))["$point"])


def _polygon(operand: Operand, given: Any) -> tuple[Place, ...]:
    corners = given.coordinates if isinstance(given, Polygon) else given
    if not isinstance(corners, list | tuple) or len(corners) < MIN_CORNERS:
        raise operand.refused(f"a polygon of at least {MIN_CORNERS} GeoPoints")
    if isinstance(given, Polygon):
        corners = [GeoPoint(*corner) for corner in corners]
    return tuple(_place(operand, corner) for corner in corners)


def _sphere(operand: Operand, given: Any) -> tuple[GeoPoint, float]:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise operand.refused('{"$centerSphere": [[longitude, latitude], radians]}')
    return GeoPoint(*_place(operand, given[0])), _distance(operand, given[1])


def _place(operand: Operand, value: Any) -> Place:
    if isinstance(value, list | tuple) and len(value) == 2:
        value = GeoPoint(value[1], value[0])  # bare pairs are longitude first, as in GeoJSON
    point = _point(operand, value)
    return point.latitude, point.longitude


def _point(operand: Operand, value: Any) -> GeoPoint:
    if not isinstance(value, GeoPoint) or not valid_place(value.latitude, value.longitude):
        raise operand.refused("a GeoPoint within -90..90 and -180..180 degrees")
    return value


def _distance(operand: Operand, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise operand.refused("a distance that is a number of 0 or more")
    return float(value)


def _only(operand: Operand, keys: tuple[str, ...]) -> Mapping[str, Any]:
    value = operand.value
    if not isinstance(value, Mapping) or len(value) != 1 or next(iter(value)) not in keys:
        raise operand.refused(f"an object with exactly one of {', '.join(keys)}")
    return value
