"""Places on earth: distances, boxes, areas. Degrees in, radians of the great circle out."""

from collections.abc import Sequence
from math import asin, cos, isfinite, radians, sin, sqrt

from noodl_runtime.values import GeoPoint

EARTH_RADIUS_KM = 6371.0
EARTH_RADIUS_MILES = 3958.8

Place = tuple[float, float]  # latitude, longitude


def valid_place(latitude: object, longitude: object) -> bool:
    """Say whether these are the coordinates of a place: -90..90 and -180..180 degrees."""
    return _within(latitude, 90) and _within(longitude, 180)


def distance(a: GeoPoint, b: GeoPoint) -> float:
    """Return the distance of two places in radians, by the haversine formula."""
    north, south = radians(a.latitude), radians(b.latitude)
    half_latitude = sin((south - north) / 2)
    half_longitude = sin(radians(b.longitude - a.longitude) / 2)
    chord = half_latitude**2 + cos(north) * cos(south) * half_longitude**2
    return 2 * asin(min(1.0, sqrt(chord)))


def in_box(place: Place, corner: Place, opposite: Place) -> bool:
    """Say whether a place is inside a box given by any two opposite corners, edges included."""
    return all(
        min(one, other) <= at <= max(one, other)
        for at, one, other in zip(place, corner, opposite, strict=True)
    )


def in_polygon(place: Place, corners: Sequence[Place]) -> bool:
    """Say whether a place is inside an area, border included; the last corner joins the first."""
    inside = False
    before = corners[-1]
    for corner in corners:
        if _on_edge(place, before, corner):
            return True
        if (corner[0] > place[0]) != (before[0] > place[0]):
            share = (place[0] - corner[0]) / (before[0] - corner[0])
            if place[1] < corner[1] + share * (before[1] - corner[1]):
                inside = not inside
        before = corner
    return inside


def _on_edge(place: Place, start: Place, end: Place) -> bool:
    cross = (end[0] - start[0]) * (place[1] - start[1]) - (end[1] - start[1]) * (
        place[0] - start[0]
    )
    return cross == 0 and in_box(place, start, end)


def _within(degrees: object, most: float) -> bool:
    if isinstance(degrees, bool) or not isinstance(degrees, int | float):
        return False
    return isfinite(degrees) and -most <= degrees <= most
