from .device import (
    WANTED,
    Device,
    DeviceError,
    choose_device,
)

__all__ = ["WANTED", "Device", "DeviceError", "choose_device"]
