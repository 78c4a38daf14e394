"""The planted world as vendor-shaped export files in memory; nothing here touches a disk."""

from models.demo.make import make_demo
from models.demo.spec import WORLDS, DemoExports, World, WorldSpec

__all__ = ["WORLDS", "DemoExports", "World", "WorldSpec", "make_demo"]
