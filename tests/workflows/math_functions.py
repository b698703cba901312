"""`math`: functions under other names, constants, and domain errors."""

import math
import math as m
from math import pi, sqrt

from warren import Workflow, workflow


@workflow
class MathFunctions(Workflow):
    async def run(self, x: float) -> list:
        return [
            math.floor(x),
            m.ceil(x),
            math.pi == pi,
            math.hypot(3, 4),
            math.gcd(12, 18),
            math.comb(5, 2),
            math.isclose(0.1 + 0.2, 0.3),
            math.prod([1, 2, 3]),
            math.isinf(math.inf),
            math.fsum(x for _ in range(3)),
            sqrt(x),
        ]


CASES = [{"x": 2.25}, {"x": -1.0}]
