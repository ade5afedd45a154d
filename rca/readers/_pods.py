"""Kubernetes pod names, and the workload that a pod belongs to."""

from __future__ import annotations

import re

_SAFE = "[bcdfghjklmnpqrstvwxz2456789]"
"""Letters of generated names: no vowels, no digits that look like them (k8s.io/apimachinery/pkg/util/rand)."""

_DEPLOYMENT = re.compile(rf"(.+)-(?:{_SAFE}{{6,10}}|[0-9a-f]*\d[0-9a-f]*(?<=[0-9a-f]{{8}}))-[0-9a-z]{{5}}")
_DAEMON_SET = re.compile(rf"(.+)-(?=[a-z]*\d){_SAFE}{{5}}")
_STATEFUL_SET = re.compile(r"(.+)-\d{1,3}")


def workload(pod: str) -> str:
    """The deployment, daemon set or stateful set of a pod, by the form of its name; the name itself where it has none.

    >>> [workload(pod) for pod in ("cart-5f55b6cf68-77cfw", "kube-proxy-x7k2p", "redis-0", "api-frontend-proxy")]
    ['cart', 'kube-proxy', 'redis', 'api-frontend-proxy']
    """
    for form in (_DEPLOYMENT, _DAEMON_SET, _STATEFUL_SET):
        if match := form.fullmatch(pod):
            return match[1]
    return pod
