from .device import (
    DEVICES,
    Device,
    DeviceError,
    choose_device,
)
from .int8 import share_int8

__all__ = ["DEVICES", "Device", "DeviceError", "choose_device", "share_int8"]
