"""Layer C: collect the rigorous verdicts about each instance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict

from gatedmem.proofs.evidence import Certified, Evidence, Request, Status, Verdict


def check(certify: Callable[[Request], Iterable[Certified]], request: Request) -> Evidence:
    """Run a certificate procedure on its instances.

    One refuted instance fails the layer; one undecided instance leaves it undecided; it is verified when there is
    at least one instance and all are proved.
    """
    instances = list(certify(request))
    data = {"instances": [asdict(instance) for instance in instances]}
    for verdict, status in ((Verdict.REFUTED, Status.FAILED), (Verdict.UNDECIDED, Status.UNDECIDED)):
        for instance in instances:
            if instance.verdict is verdict:
                return Evidence(status, f"{instance.instance}: {verdict}: {instance.reason}", data=data)
    if not instances:
        return Evidence(Status.FAILED, "the certificate procedure looked at no instance", data=data)
    return Evidence(Status.VERIFIED, f"{len(instances)} instances proved", data=data)
