from .network import SampleCNN

__all__ = [
    "SampleCNN",
]
