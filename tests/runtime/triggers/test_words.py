"""Cron expressions in words."""

import pytest

from noodl_runtime.triggers.words import in_words

WORDS = [
    ("* * * * *",             "every minute"),
    ("*/15 * * * *",          "every 15 minutes"),
    ("0 * * * *",             "on the hour, every hour"),
    ("5,35 * * * *",          "at minutes 5 and 35 past the hour, every hour"),
    ("0 9 * * mon-fri",       "at 09:00, on Monday to Friday"),
    ("0 9,17 * * sat,sun",    "at 09:00 and 17:00, on Saturday and Sunday"),
    ("*/10 8-17 * * *",       "every 10 minutes from 08:00 to 17:59"),
    ("0 */2 * * *",           "on the hour, every 2 hours"),
    ("* 3 * * *",             "every minute from 03:00 to 03:59"),
    ("0 0 13 * fri",          "at 00:00, on the 13th or on Friday"),
    ("0 0 */2 * mon",         "at 00:00, every 2 days from the 1st where it is on Monday"),
    ("0 0 1-7,22 jan,jun *",  "at 00:00, on the 1st to 7th and 22nd, in January and June"),
    ("0 0 1 */3 *",           "at 00:00, on the 1st, every 3 months from January"),
    ("0 0 * * */2",           "at 00:00, on Tuesday, Thursday, Saturday and Sunday"),
]  # fmt: skip


@pytest.mark.parametrize(("cron", "words"), WORDS)
def test_a_cron_expression_can_be_said_in_words(cron: str, words: str) -> None:
    assert in_words(cron) == words
