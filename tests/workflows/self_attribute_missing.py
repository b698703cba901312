"""An attribute that is assigned on one path only raises AttributeError on the other."""

from warren import Workflow, workflow


@workflow
class SelfAttributeMissing(Workflow):
    async def run(self, assign: bool) -> int:
        if assign:
            self.value = 1
        try:
            return self.value
        except AttributeError:
            return -1


CASES = [{"assign": True}, {"assign": False}]
