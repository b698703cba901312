"""Exceptions of the user's with an `__init__` and a `__str__` of their own."""

from warren import Workflow, action, workflow


class OutOfStock(Exception):
    def __init__(self, sku: str, left: int = 0) -> None:
        super().__init__(f"no {sku}")
        self.sku = sku
        self.left = left


class Coded(Exception):
    def __str__(self) -> str:
        return f"code {self.args[0]}"


@action
async def reserve(sku: str) -> str:
    if sku == "gone":
        raise OutOfStock(sku, 3)
    if sku == "coded":
        raise Coded(7)
    return sku


@workflow
class ExceptionsWithInit(Workflow):
    async def run(self, sku: str) -> list:
        try:
            if sku == "here":
                raise OutOfStock("workflow")
            if sku == "here coded":
                raise Coded(1)
            if sku == "class":
                raise OutOfStock
            return [await reserve(sku)]
        except OutOfStock as error:
            return [error.sku, error.left, error.args, str(error)]
        except Coded as error:
            return [str(error), error.args]
        except TypeError as error:
            return ["type error"]


CASES = [{"sku": sku} for sku in ("gone", "coded", "here", "here coded", "class", "fine")]
