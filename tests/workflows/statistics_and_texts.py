"""`statistics`, `heapq`, `bisect`, `textwrap`, `base64` and the constants of `string`."""

import base64
import bisect
import heapq
import statistics
import string
import textwrap

from warren import Workflow, workflow


@workflow
class StatisticsAndTexts(Workflow):
    async def run(self, numbers: list[float], text: str) -> list:
        log: list = [textwrap.dedent(text), textwrap.shorten(text, 12), textwrap.wrap(text, 10), textwrap.fill(text, 9)]
        log.append(base64.b64decode(base64.b64encode(text.encode())).decode() == text)
        log.append([letter for letter in text if letter in string.ascii_uppercase + string.digits])
        heap: list = []
        for number in numbers:
            heapq.heappush(heap, (-number, text[:1]))
        log.append([heapq.heappop(heap) if heap else None, heap, heapq.nsmallest(2, numbers)])
        ordered = sorted(numbers)
        bisect.insort(ordered, 2)
        log.append([ordered, bisect.bisect_left(ordered, 2), bisect.bisect(ordered, 2)])
        try:
            log.append([statistics.mean(numbers), statistics.median(numbers), statistics.mode(numbers)])
            log.append([statistics.fmean(x * 2 for x in numbers), statistics.stdev(numbers)])
        except statistics.StatisticsError as error:
            log.append([str(error), isinstance(error, ValueError)])
        return log


CASES = [{"numbers": [1, 2, 2, 5], "text": "  Some Text\n  in 2 Lines"}, {"numbers": [], "text": ""}]
