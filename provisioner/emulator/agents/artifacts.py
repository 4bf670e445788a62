"""Artifacts: files that a turn of a hosted session has published.

They outlive the environment of the session. The stand-in model runs no code. It publishes the file
that the stand-in for the code interpreter writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents.environments import HOSTED
from provisioner.emulator.agents.hosted import WORKSPACE
from provisioner.emulator.core import code
from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.store import Row

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "agent.session.artifact"


def publish(db: Session, session: Row, turn_id: str, question: str, now: int) -> None:
    """Publish the file that a question asks for, if the session has a hosted environment."""
    environment = session.body["environment"]
    if environment["type"] != HOSTED or not code.WANTS_FILE.search(question):
        return

    def save(name: str, content: bytes) -> str:
        body: Json = {
            "id": new_id("artifact_"),
            "object": KIND,
            "created_at": now,
            "environment_id": environment["id"],
            "path": f"{WORKSPACE}/{name}",
            "session_id": session.id,
            "size_bytes": len(content),
            "turn_id": turn_id,
        }
        db.put_content(body["id"], content)
        # The tag is the environment, because lists of artifacts can be filtered by it.
        return db.insert(Row(KIND, session.id, body["id"], body, tag=environment["id"])).id

    # No files to read: the bytes of the inline files of an environment are not stored here.
    code.run(db, question, [], save)


def remove(db: Session, row: Row) -> None:
    """Delete an artifact and its content."""
    db.delete_content(row.id)
    db.delete(row)


def clear(db: Session, session_id: str) -> None:
    """Delete all artifacts of a session."""
    for row in db.children(KIND, session_id):
        remove(db, row)
