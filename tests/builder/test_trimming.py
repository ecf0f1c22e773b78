import pytest

from noodl_builder.trimming import is_needed

FILES = [
    # relative to site-packages                        goes into a bundle
    ("bottle.py",                                       True),
    ("gevent/hub.py",                                   True),
    ("gevent/_hub_local.cpython-311-x86_64-linux-gnu.so", True),
    ("jsonschema_specifications/schemas/draft7/metaschema.json", True),
    ("gevent-26.9.0.dist-info/METADATA",                True),
    ("gevent-26.9.0.dist-info/licenses/LICENSE",        True),
    ("attrs-26.1.0.dist-info/COPYING.txt",              True),
    ("gevent-26.9.0.dist-info/RECORD",                  False),
    ("gevent-26.9.0.dist-info/INSTALLER",               False),
    ("gevent-26.9.0.dist-info/REQUESTED",               False),
    ("noodl_portable-0.1.0.dist-info/direct_url.json",  False),
    ("noodl_portable-0.1.0.dist-info/entry_points.txt", False),
    ("gevent/tests/test__hub.py",                       False),
    ("gevent/testing/util.py",                          False),
    ("zope/event/tests.py",                             False),
    ("greenlet/greenlet.h",                             False),
    ("greenlet/TGreenlet.cpp",                          False),
    ("gevent/_hub_local.pxd",                           False),
    ("referencing/_attrs.pyi",                          False),
    ("bottle/__pycache__/bottle.cpython-311.pyc",       False),
    ("distutils-precedence.pth",                        False),
    ("../../../bin/bottle.py",                          False),
    ("/etc/passwd",                                     False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "needed"), FILES)
def test_a_bundle_carries_code_data_and_licences_only(name: str, needed: bool) -> None:
    assert is_needed(name) is needed
