"""The parts that all APIs of the embedded server use: requests, storage, shapes, the stand-in."""
