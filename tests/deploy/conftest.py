"""Says which tests of this folder cannot be run here, and why."""

import sys

import pytest

from tests.deploy.rendering import why_missing


@pytest.fixture(scope="session", autouse=True)
def _told_what_is_left_out(request: pytest.FixtureRequest) -> None:
    if missing := why_missing():
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            # Standard error, because it is the one that reaches the terminal from a parallel worker too.
            sys.stderr.write(f"\nThe Kubernetes manifests are not rendered and not tested: {missing}\n")
