import pytest

from noodl_builder.options import ZIP_EPOCH, source_date_epoch
from noodl_runtime.errors import BadSetting

TIMES = [
    # SOURCE_DATE_EPOCH          seconds
    ({},                         ZIP_EPOCH),
    ({"SOURCE_DATE_EPOCH": ""},  ZIP_EPOCH),
    ({"SOURCE_DATE_EPOCH": "1714557660"}, 1714557660),
    ({"SOURCE_DATE_EPOCH": "0"}, ZIP_EPOCH),
    ({"SOURCE_DATE_EPOCH": "9" * 12}, 4_354_819_198),
]  # fmt: skip


@pytest.mark.parametrize(("environment", "seconds"), TIMES)
def test_the_time_of_all_entries_is_fixed(environment: dict[str, str], seconds: int) -> None:
    assert source_date_epoch(environment) == seconds


@pytest.mark.parametrize("text", ["now", "-1", "1.5", "²"])
def test_a_wrong_time_is_refused(text: str) -> None:
    with pytest.raises(BadSetting, match="SOURCE_DATE_EPOCH is"):
        source_date_epoch({"SOURCE_DATE_EPOCH": text})
