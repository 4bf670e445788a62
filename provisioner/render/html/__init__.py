"""HTML: one file without scripts that loads nothing, for a browser, an artifact of a job, or an e-mail.

Everything in it is text that was escaped (`render.html.markup`), and its Content-Security-Policy allows
the one style sheet that stands in it. So nothing that a manifest, a server or a model says can run.
"""

from typing import Any, Final

from provisioner.render.format import Format, Layout, Shape


def _plan(view: Any, _layout: Layout) -> str:
    from provisioner.render.html.plan import plan_html

    return plan_html(view)


def _drift(drift: Any, _layout: Layout) -> str:
    from provisioner.render.html.drift import drift_html

    return drift_html(drift)


def _leaks(view: Any, _layout: Layout) -> str:
    from provisioner.render.html.leaks import leaks_html

    return leaks_html(view)


FORMAT: Final = Format("html", {Shape.PLAN: _plan, Shape.DRIFT: _drift, Shape.LEAKS: _leaks})
