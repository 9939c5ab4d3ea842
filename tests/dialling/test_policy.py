"""Whom the line calls: its own country, nothing that costs, nobody's foreign address."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialling.phone_numbers import ISLANDS, country, e164, mobile, source, spoken, withheld
from ivr.dialling.policy import DialPolicy, Why

pytestmark = pytest.mark.unit

HOME = DialPolicy.parse("US")
regions = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
kinds = st.sampled_from([value for name, value in vars(phonenumbers.PhoneNumberType).items() if name.isupper()])


@pytest.mark.parametrize("address", ["+15550100001", "+12125552368", "+18005551234", "client:ada", "client:ada_1@desk"])
def test_the_lines_own_country_and_its_browser_phones_are_called(address: str) -> None:
    assert HOME.refuses(address) is None


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("+19005551234", "costly"),
        ("+19002345678", "costly"),
        ("+14159765555", "costly"),  # 976 is premium in every area
        ("+15005550006", "costly"),
        ("+17005551234", "costly"),
        ("+18765551234", "country"),
        ("+18095551234", "country"),
        ("+12684641234", "country"),
        ("+14735551234", "country"),
        ("+17875551234", "country"),  # Puerto Rico shares the code and costs extra
        ("+16715551234", "country"),
        ("+16135550100", "country"),
        ("+882161234567", "country"),
        ("+883510012345678", "country"),
        ("+870773123456", "country"),
        ("+8816123456789", "country"),
        ("+97912345678", "country"),
        ("+23221234567", "country"),
        ("+25261234567", "country"),
        ("+442071838750", "country"),
        ("+5353123456", "country"),
        ("sip:bob@evil.example", "sip"),
        ("sips:bob@evil.example", "sip"),
        ("sip:+15550100001@evil.example", "sip"),
        ("SIP:bob@evil.example", "sip"),
        ("sip:anonymous@anonymous.invalid", "hidden"),
        ("anonymous", "hidden"),
        ("Restricted", "hidden"),
        ("+266696687", "hidden"),
        ("+86282452253", "hidden"),
        ("+17378742833", "hidden"),
        ("", "no-number"),
        ("+", "no-number"),
        ("911", "no-number"),
        ("+15550123", "no-number"),  # seven digits ring within one area alone
        ("+10000000000", "no-number"),
        ("+11111111111", "no-number"),
        ("+12125551212", "costly"),  # information
        ("+14115551234", "costly"),
        ("5550100001", "no-number"),
        ("+1 555 010 0001", "no-number"),
        ("+15550100001;ext=1", "no-number"),
        ("+15550100001,,,1", "no-number"),
        ("tel:+15550100001", "no-number"),
        ("client:", "no-number"),
        ("client:a b", "no-number"),
        ("whatsapp:+15550100001", "no-number"),
    ],
)
def test_what_is_not_called_and_why(address: str, why: Why) -> None:
    assert HOME.refuses(address) == why


@given(regions, kinds)
def test_no_example_of_another_country_is_called(region: str, kind: int) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    free = kind == phonenumbers.PhoneNumberType.TOLL_FREE and example is not None and example.country_code == 1
    if region == "US" or example is None or free:  # America's freephone numbers belong to no one country
        return
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert HOME.refuses(number) is not None


@given(regions, st.sampled_from(("PREMIUM_RATE", "SHARED_COST", "PERSONAL_NUMBER", "PAGER", "UAN", "VOICEMAIL")))
def test_no_costly_example_is_called_in_its_own_country_either(region: str, kind: str) -> None:
    example = phonenumbers.example_number_for_type(region, getattr(phonenumbers.PhoneNumberType, kind))
    if example is not None:
        number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        assert DialPolicy.parse(region).refuses(number) is not None


@given(st.sampled_from(sorted(ISLANDS)), st.from_regex(r"[2-9]\d{6}", fullmatch=True))
def test_no_number_of_an_island_is_called_whatever_follows_its_area_code(region: str, rest: str) -> None:
    for area in ISLANDS[region].pattern.split("|"):
        if area.isdigit():
            assert HOME.refuses(f"+1{area}{rest}"[:12]) is not None


@given(st.text())
def test_whatever_comes_is_judged_and_what_is_called_is_an_address(text: str) -> None:
    if HOME.refuses(text) is None:
        assert text.startswith("client:") or (e164(text) == text and country(text) in ("US", None))


def test_an_operator_may_call_other_countries_prefixes_and_domains() -> None:
    policy = DialPolicy.parse("us, ca", also="+4420, sip:pbx.bank.example", never="+1613")
    assert policy.refuses("+14165550100") is None
    assert policy.refuses("+442071838750") is None
    assert policy.refuses("+441273123456") == "country"
    assert policy.refuses("+16135550100") == "barred"
    assert policy.refuses("sip:ada@pbx.bank.example") is None
    assert policy.refuses("SIP:Ada@PBX.bank.example") is None
    for foreign in (
        "sip:ada@pbx.bank.example.evil",
        "sip:ada@evil@pbx.bank.example",
        "sip:ada@evil?pbx.bank.example",
        "sip:ada@evil;x@pbx.bank.example",
        "sip:ada@sub.pbx.bank.example",
        "sip:ada@pbx.bank.example;x",
    ):
        assert policy.refuses(foreign) == "sip", foreign


def test_what_is_barred_is_barred_even_where_it_is_listed() -> None:
    assert DialPolicy.parse("US", also="+1212", never="+12125").refuses("+12125552368") == "barred"


@pytest.mark.parametrize(
    ("countries", "also", "never", "told"),
    [("XX", "", "", "XX"), ("USA", "", "", "USA"), ("US", "44", "", "'44'"), ("US", "sip:", "", "'sip:'"),
     ("US", "sip:ada@pbx", "", "'sip:ada@pbx'"), ("US", "", "sip:pbx.example.com", "+1900")],
)  # fmt: skip
def test_a_policy_that_cannot_be_read_says_what_is_wrong(countries: str, also: str, never: str, told: str) -> None:
    with pytest.raises(ValueError, match=told.replace("+", r"\+")):
        DialPolicy.parse(countries, also, never)


@pytest.mark.parametrize(
    "caller",
    ["", "anonymous", "Anonymous", "unknown", "Restricted", "unavailable", "+266696687", "266696687", "+1266696687",
     "+7378742833", "+17378742833", "+8656696", "+86282452253", "+2562533", "+7748283", "+688632732",
     "sip:anonymous@anonymous.invalid", "sip:restricted@carrier.example", "+anonymous"],
)  # fmt: skip
def test_who_hides_the_number_is_known_to_hide_it(caller: str) -> None:
    assert withheld(caller)
    assert source(caller) == "withheld"
    assert mobile(caller) is None


@pytest.mark.parametrize("caller", ["+15550100001", "client:ada", "sip:bob@pbx.example.com", "+442071838750"])
def test_who_shows_the_number_is_not_taken_to_hide_it(caller: str) -> None:
    assert not withheld(caller)
    assert source(caller) == caller


def test_a_name_with_digits_is_no_telephone_number() -> None:
    assert e164("client:bob15550100001") is None
    assert e164("sip:+15550100001@evil.example") is None
    assert e164("bob +15550100001") is None
    assert mobile("client:15550100001") is None


def test_a_fixed_line_is_sent_no_text() -> None:
    assert mobile("+442071838750") is None
    assert mobile("+15550100001") == "+15550100001"


def test_numbers_are_read_out_in_groups() -> None:
    assert spoken("+15550100001") == "1, 5 5 5, 0 1 0, 0 0 0 1"
    assert spoken("client:ada") == ""
