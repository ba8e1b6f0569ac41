import pytest
from checkout import Checkout


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the tiny study has been run; tests that edit it put things back."""
    checkout = Checkout(tmp_path_factory.mktemp("finished"))
    checkout.run()
    return checkout
