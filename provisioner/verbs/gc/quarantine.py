"""Note leaks in the ledger now, and delete them later if nobody came to need them: `--quarantine`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from provisioner.gc.candidates import Candidates
from provisioner.gc.changes import fingerprint
from provisioner.model.codes import leaks as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import LedgerError
from provisioner.model.leaks import Judgement, Quarantined
from provisioner.model.provider import Row
from provisioner.verbs._shared.ledgers import account_of, location_of
from provisioner.verbs.gc.survey import Surveyed


def quarantined(
    found: Surveyed, chosen: Candidates, seconds: float, *, notes: bool
) -> tuple[Candidates, list[Diagnostic]]:
    """Return the candidates that were noted `seconds` ago or earlier, and a warning about the others.

    A candidate that has changed since it was noted is not returned. With `notes`, new candidates
    are noted; else the notes are only read. Raises LedgerError if there is no ledger.
    """
    from provisioner.ledger.opening import ledger

    where = location_of(found.session.options, found.session.stack)
    if where is None:
        raise LedgerError(
            Diagnostic(codes.QUARANTINE_NEEDS_LEDGER, "`none` was given as its location.")
        )
    account = account_of(found.session.context)
    rows = found.rows
    wanted = [_note(one, found, account, rows[one.kind, one.id]) for one in chosen.all]
    with ledger(where) as opened:
        known = opened.quarantine.of_account(account)
        if notes:
            known = opened.quarantine.note(wanted, seconds)
            # What was not asked for this time keeps its note as long as it is a leak.
            stay = {(one.kind, one.id) for one in wanted} | _leaks(found)
            noted = found.remembered.quarantined.values()
            opened.quarantine.lift([one for one in noted if (one.kind, one.id) not in stay])
        # The notes have the database's time: machines that share it may have other clocks.
        now = opened.quarantine.now()
    fresh = {(one.kind, one.id): one.fingerprint for one in wanted}
    due = {
        (one.kind, one.id)
        for one in known
        if one.noted + seconds <= now and fresh.get((one.kind, one.id)) == one.fingerprint
    }
    waiting = {(one.kind, one.id): one for one in known if (one.kind, one.id) in fresh.keys() - due}
    ready = replace(
        chosen,
        ours=tuple(one for one in chosen.ours if (one.kind, one.id) in due),
        nobodys=tuple(one for one in chosen.nobodys if (one.kind, one.id) in due),
    )
    return ready, _told(waiting, seconds)


def _leaks(found: Surveyed) -> set[tuple[str, str]]:
    """Return kind and id of each object that is a leak. An object that is needed or gone is none."""
    return {(one.kind, one.id) for one in found.survey.objects if one.condition.is_a_class}


def _note(one: Judgement, found: Surveyed, account: str, row: Row) -> Quarantined:
    """Return the note about an object."""
    return Quarantined(
        account,
        one.kind,
        one.id,
        one.condition.value,
        proof=one.proof,
        fingerprint=fingerprint(row),
        owner=found.survey.owner,
    )


def _told(waiting: Mapping[tuple[str, str], Quarantined], seconds: float) -> list[Diagnostic]:
    """Return a warning about the objects that have to wait for `seconds`; empty without any."""
    if not waiting:
        return []
    first = min(one.noted + seconds for one in waiting.values())
    when = f"{datetime.fromtimestamp(first, UTC):%Y-%m-%d %H:%M} UTC"
    detail = f"Noted objects: {len(waiting)}. The first of them may be deleted from {when} on."
    return [warning(codes.NOTED, detail)]
