"""Write the settings of a target as one text, by which a saved plan recognises its target.

A session puts the text into the context of its plans. A plan file contains a seal of the text, and
`plan_file.read` refuses the file if the settings on disk have another seal.
"""

from collections.abc import Mapping
from dataclasses import astuple

from provisioner.model.stack import Target
from provisioner.model.value import canonical

ORGANIZATION = "OPENAI_ORG_ID"
"""The variable in which the SDK finds the organization of a target that names none."""


def settings_of(target: Target, host: str, project: str, environ: Mapping[str, str]) -> str:
    """Return the text of all settings that decide where requests go and as whom, with secrets.

    A saved plan contains a seal of this text and no URL, so it is refused on any other target.
    """
    # As when connecting: a target with a `base_url` takes nothing from the environment.
    identity = target.workload_identity and astuple(target.workload_identity)
    return canonical(
        [
            target.name,
            target.runtime,
            target.server,
            target.data,
            target.base_url,
            target.api_key_env,
            target.api_version,
            identity,
            target.organization or (None if target.base_url else environ.get(ORGANIZATION)),
            target.project,
            sorted(map(list, target.headers.items())),
            list(target.drop),
            target.releases,
            host,
            project,
        ]
    )
