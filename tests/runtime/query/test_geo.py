from math import pi

import pytest

from noodl_runtime.query.geo import EARTH_RADIUS_KM, distance, in_box, in_polygon, valid_place
from noodl_runtime.values import GeoPoint

SQUARE = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0)]
ARROW = [(0.0, 0.0), (10.0, 5.0), (0.0, 10.0), (3.0, 5.0)]


@pytest.mark.parametrize(
    ("a", "b", "radians"),
    [
        (GeoPoint(0, 0), GeoPoint(0, 0), 0),
        (GeoPoint(0, 0), GeoPoint(0, 90), pi / 2),
        (GeoPoint(0, 0), GeoPoint(0, 180), pi),
        (GeoPoint(90, 0), GeoPoint(-90, 77), pi),
        (GeoPoint(0, 179), GeoPoint(0, -179), 2 * pi / 180),
    ],
)
def test_the_distance_follows_the_great_circle(a: GeoPoint, b: GeoPoint, radians: float) -> None:
    assert distance(a, b) == pytest.approx(radians)
    assert distance(b, a) == pytest.approx(radians)


def test_oslo_is_2004_km_from_rome() -> None:
    away = distance(GeoPoint(59.9139, 10.7522), GeoPoint(41.9028, 12.4964)) * EARTH_RADIUS_KM
    assert away == pytest.approx(2005, abs=3)


@pytest.mark.parametrize(
    ("place", "inside"),
    [((5, 5), True), ((0, 0), True), ((0, 5), True), ((10, 10), True), ((5, 10.1), False)],
)
def test_an_edge_belongs_to_box_and_polygon(place: tuple[float, float], inside: bool) -> None:
    assert in_box(place, (10, 10), (0, 0)) is inside
    assert in_polygon(place, SQUARE) is inside


@pytest.mark.parametrize(("place", "inside"), [((2, 5), False), ((4, 5), True), ((1, 1), True)])
def test_a_polygon_may_be_dented(place: tuple[float, float], inside: bool) -> None:
    assert in_polygon(place, ARROW) is inside


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91, 0), (0, 181), (float("nan"), 0), (True, 0), ("1", 0), (None, 0), (0, float("inf"))],
)
def test_coordinates_beyond_the_earth_are_no_place(latitude: object, longitude: object) -> None:
    assert not valid_place(latitude, longitude)
    assert valid_place(-90, 180)
