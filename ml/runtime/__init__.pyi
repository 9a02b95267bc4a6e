from .device import (
    DEVICES,
    Device,
    DeviceError,
    choose_device,
)

__all__ = ["DEVICES", "Device", "DeviceError", "choose_device"]
