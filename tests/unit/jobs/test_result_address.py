"""Where plain tasks keep their results."""

import pytest

from stackroom_jobs.result_address import result_address
from stackroom_jobs.settings import BrokerSettings


@pytest.mark.parametrize(
    ("broker", "results"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/1"),
        ("redis://localhost:6379", "redis://localhost:6379/1"),
        ("redis://u:p%2Fw@h:1/3", "redis://u:p%2Fw@h:1/4"),
        ("redis://h/15", "redis://h/0"),
        ("redis://h/0?socket_timeout=1", "redis://h/1?socket_timeout=1"),
        ("rediss://h:6380/0", "rediss://h:6380/1?ssl_cert_reqs=required"),
        ("rediss://h/0?ssl_ca_certs=/ca", "rediss://h/1?ssl_ca_certs=/ca&ssl_cert_reqs=required"),
        ("rediss://h/0?ssl_cert_reqs=none", "rediss://h/1?ssl_cert_reqs=none"),
        ("sentinel://a:26379/0;sentinel://b:26379/0", "sentinel://a:26379/1;sentinel://b:26379/1"),
    ],
)
def test_results_stand_in_the_next_database_of_the_broker(broker: str, results: str) -> None:
    assert result_address(BrokerSettings(celery_broker_url=broker)) == results


@pytest.mark.parametrize(
    ("given", "results"),
    [("redis://h/7", "redis://h/7"), ("rediss://h/7", "rediss://h/7?ssl_cert_reqs=required")],
)
def test_results_stand_where_the_setting_says(given: str, results: str) -> None:
    assert result_address(BrokerSettings(celery_result_backend=given)) == results
