"""What the carrier's refusals become."""

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.carrier.port import CarrierError
from ivr.carrier.twilio.requests import ask, unless_missing

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("request_", [ask, unless_missing])
def test_a_refusal_names_its_code_and_no_telephone_number(request_: object) -> None:
    def refused() -> None:
        raise TwilioRestException(400, "/Messages", "The 'To' number +1 (555) 010-0001 is not valid", code=21211)

    assert callable(request_)
    with pytest.raises(CarrierError) as error:
        request_(refused)
    assert str(error.value) == "the carrier refused: 21211 The 'To' number (number) is not valid"
