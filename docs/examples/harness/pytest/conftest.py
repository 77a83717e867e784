"""A small OpenSDN for all tests, with the service that is under test: here the monitor of the package itself."""

import subprocess

import pytest

from opensdn_fixtures import Fixtures


@pytest.fixture(scope="session")
def opensdn():
    with Fixtures.start() as opensdn:
        yield opensdn


@pytest.fixture(scope="session")
def monitor(opensdn):
    """Follows the config API by ``GET /watch``, so that it needs no message bus."""
    settings = {"config_api.urls": opensdn.config_url, "source": "watch", "http.port": 0}
    flags = [flag for key, value in settings.items() for flag in ("--set", f"{key}={value}")]
    command = ["node_modules/.bin/opensdn-svc-monitor", "run", *flags]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield process
    process.terminate()
    process.wait(10)


@pytest.fixture
def load_balancer(opensdn, monitor, request):
    """A load balancer with a floating ip, of a tenant that no other test has."""
    tenant = opensdn.tenant(request.node.name)["name"]
    balancer = opensdn.do("create-load-balancer", tenant=tenant)
    floating_ip = opensdn.do("create-floating-ip", tenant=tenant)
    opensdn.do("associate-floating-ip", floating_ip=floating_ip["id"], load_balancer=balancer["id"])
    opensdn.settled()
    yield balancer
    opensdn.clear_faults()
