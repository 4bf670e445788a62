"""The parts that every resource of the embedded server uses: requests, storage, shapes, the stand-in."""
