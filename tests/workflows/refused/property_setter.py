"""Assigning a property that has a setter."""

EXPECT = ("uncompilable-call", 49, 'runs the setter of a property')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Temperature:
    celsius: float

    def set_fahrenheit(self, value: float) -> None:
        self.celsius = (value - 32) * 5 / 9


@workflow
class RewrittenPropertySetter(Workflow):
    async def run(self, x: float):
        temperature = Temperature(0)
        temperature.set_fahrenheit(x)
        return temperature
'''

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Temperature:
    celsius: float

    @property
    def fahrenheit(self) -> float:
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value: float) -> None:
        self.celsius = (value - 32) * 5 / 9


@workflow
class RefusedPropertySetter(Workflow):
    async def run(self, x: float):
        temperature = Temperature(0)
        temperature.fahrenheit = x
        return temperature
