"""Stores the history: every run of a command that writes, its planned changes, and their outcomes."""

import secrets
import time
from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from provisioner.ledger.database import Database
from provisioner.ledger.tables import changes, runs
from provisioner.model.frozen import frozen
from provisioner.model.ledger import ChangeRecord, Holder, RunRecord, RunStatus

DONE: Final = "done"
"""The status of a change that was made."""


@frozen
class Runs:
    """The history in a ledger."""

    database: Database

    def begin(
        self,
        holder: Holder,
        planned: Sequence[ChangeRecord],
        *,
        owner: str,
        target: str,
        account: str,
        digest: str,
        revision: str,
        version: str,
    ) -> str:
        """Record the start of a run and its planned changes. Return the run's id.

        Raises LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            id = _new_id(now)
            connection.execute(
                sa.insert(runs).values(
                    id=id,
                    owner=owner,
                    target=target,
                    account=account,
                    user_name=holder.user,
                    host=holder.host,
                    process=holder.process,
                    verb=holder.verb,
                    pipeline=holder.pipeline,
                    digest=digest,
                    revision=revision,
                    version=version,
                    started=now,
                    status=RunStatus.STARTED.value,
                )
            )
            if planned:
                rows = [_values(id, number, one) for number, one in enumerate(planned)]
                connection.execute(sa.insert(changes), rows)
        return id

    def end(self, id: str, status: RunStatus, ended: Sequence[ChangeRecord]) -> None:
        """Record the end of a run and the outcome of each change. Raises LedgerError."""
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            connection.execute(
                sa.update(runs).where(runs.c.id == id).values(ended=now, status=status.value)
            )
            # The rows of the planned changes are replaced by rows with their outcomes.
            connection.execute(sa.delete(changes).where(changes.c.run == id))
            if ended:
                rows = [_values(id, number, one) for number, one in enumerate(ended)]
                connection.execute(sa.insert(changes), rows)

    def find(self, id: str) -> RunRecord | None:
        """Return one run with its changes, None if the ledger does not have it.

        Raises LedgerError.
        """
        with self.database.reading() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == id)).mappings().first()
            if row is None:
                return None
            select = sa.select(changes).where(changes.c.run == id).order_by(changes.c.number)
            found = [_change(one) for one in connection.execute(select).mappings()]
        return _run(row, tuple(found))

    def newest(
        self, owner: str, *, addresses: Collection[str] = (), limit: int = 20
    ) -> list[RunRecord]:
        """Return the newest runs of an owner, the newest first.

        They have all their changes, or only those at `addresses` if any are given. Raises
        LedgerError.
        """
        select = sa.select(runs).where(runs.c.owner == owner)
        if addresses:
            touched = sa.select(changes.c.run).where(changes.c.address.in_(addresses))
            select = select.where(runs.c.id.in_(touched))
        select = select.order_by(runs.c.started.desc(), runs.c.id.desc()).limit(limit)
        with self.database.reading() as connection:
            # One statement reads the changes of all runs, which saves a round trip for each run.
            found = list(connection.execute(select).mappings())
            wanted = sa.select(changes).where(changes.c.run.in_([row["id"] for row in found]))
            if addresses:
                wanted = wanted.where(changes.c.address.in_(addresses))
            of: dict[str, list[ChangeRecord]] = {row["id"]: [] for row in found}
            for one in connection.execute(wanted.order_by(changes.c.number)).mappings():
                of[one["run"]].append(_change(one))
        return [_run(row, tuple(of[row["id"]])) for row in found]

    def addresses(self, owner: str, term: str) -> list[str]:
        """Return the addresses of an owner that have this name, or at which an object had this id.

        They are sorted. Raises LedgerError.
        """
        select = (
            sa.select(changes.c.address)
            .join(runs, runs.c.id == changes.c.run)
            .where(
                runs.c.owner == owner,
                sa.or_(
                    # Names may contain `_`, which would be a wildcard of LIKE.
                    changes.c.address.endswith(f".{term}", autoescape=True),
                    changes.c.object_id == term,
                ),
            )
            .distinct()
        )
        with self.database.reading() as connection:
            return sorted(connection.execute(select).scalars())

    def applied(self, owner: str, target: str, address: str, run: str) -> ChangeRecord | None:
        """Return the last change that was made at an address up to the end of a run, None if there is none.

        A change that was planned but not made does not count. Raises LedgerError.
        """
        until = sa.select(runs.c.started).where(runs.c.id == run).scalar_subquery()
        select = (
            sa.select(changes)
            .join(runs, runs.c.id == changes.c.run)
            .where(
                runs.c.owner == owner,
                runs.c.target == target,
                runs.c.started <= until,
                changes.c.address == address,
                changes.c.status == DONE,
            )
            .order_by(runs.c.started.desc(), runs.c.id.desc(), changes.c.number.desc())
            .limit(1)
        )
        with self.database.reading() as connection:
            row = connection.execute(select).mappings().first()
        return None if row is None else _change(row)

    def left_by(self, run: RunRecord) -> list[ChangeRecord]:
        """Return the newest change of each address of the run's owner and target, up to that run.

        They are ordered by address. A change that was not made does not count. Raises LedgerError.
        """
        select = (
            sa.select(changes)
            .join(runs, runs.c.id == changes.c.run)
            .where(
                runs.c.owner == run.owner,
                runs.c.target == run.target,
                runs.c.started <= run.started,
                changes.c.status == "done",
            )
            .order_by(runs.c.started, runs.c.id, changes.c.number)
        )
        with self.database.reading() as connection:
            rows = [_change(row) for row in connection.execute(select).mappings()]
        # Later rows replace earlier ones of the same address.
        newest = {one.address: one for one in rows}
        return [newest[address] for address in sorted(newest)]


def _new_id(now: float) -> str:
    """Return an id that sorts by time and that a person can type: `run-20261126-231501-7f3a`."""
    # Two runs may begin in the same second, so random characters follow.
    return f"run-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{secrets.token_hex(2)}"


def _values(run: str, number: int, one: ChangeRecord) -> dict[str, Any]:
    return {
        "run": run,
        "number": number,
        "address": one.address,
        "action": one.action,
        "reason": one.reason,
        "object_id": one.id,
        "status": one.status,
        "error": one.error.replace("\0", "␀"),  # PostgreSQL accepts no NUL in a text
        "release": one.release,
        "fields": list(one.fields),
        "spec": one.spec,
    }


def _change(row: RowMapping) -> ChangeRecord:
    return ChangeRecord(
        row["address"],
        row["action"],
        row["reason"],
        row["object_id"],
        row["status"],
        row["error"],
        row["release"],
        tuple(row["fields"]),
        row["spec"],
    )


def _run(row: RowMapping, found: tuple[ChangeRecord, ...]) -> RunRecord:
    holder = Holder(row["user_name"], row["host"], row["process"], row["verb"], row["pipeline"])
    return RunRecord(
        id=row["id"],
        owner=row["owner"],
        target=row["target"],
        account=row["account"],
        holder=holder,
        digest=row["digest"],
        revision=row["revision"],
        version=row["version"],
        started=row["started"],
        ended=row["ended"],
        status=RunStatus(row["status"]),
        changes=found,
    )
