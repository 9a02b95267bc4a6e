from .release import make_shipment

__all__ = [
    "make_shipment",
]
