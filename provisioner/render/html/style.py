"""The style sheet of every page: light and dark, as wide as the window, and clear without colours."""

from typing import Final

# Signs, borders, and lines under or through words say the same as the colours, for readers who see
# no colours.
STYLE: Final = r"""
:root { color-scheme: light dark; --fg: #1f2328; --bg: #ffffff; --soft: #f3f5f7; --dim: #4d5761;
  --line: #c8d0d9; --link: #0550ae; --ins: #0b4a1b; --ins-bg: #d6f5dc; --del: #7d1410;
  --del-bg: #ffe1dd; --warn: #6b4000; --warn-bg: #fff1cf; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #171d26;
  --dim: #a5b1bd; --line: #3b4552; --link: #8ec1ff; --ins: #a9f2b8; --ins-bg: #11361d;
  --del: #ffc5bf; --del-bg: #471a1c; --warn: #f5d67b; --warn-bg: #382905; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 1rem 1.5rem 4rem; color: var(--fg);
  background: var(--bg); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: .75rem 0 .25rem; font-weight: 600; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
code, pre, .diff, .tree { font: .875rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0; }
.facts div { display: flex; gap: .4rem; }
.facts dt { color: var(--dim); }
.facts dd { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem; border: 1px solid var(--line);
  font-weight: normal; }
thead th { color: var(--dim); background: var(--soft); overflow-wrap: normal; }
@media (min-width: 60rem) { tbody th { min-width: 13rem; } }
@media (max-width: 45rem) { table:not(.diff) thead { display: none; }
  table:not(.diff) :is(tr, th, td) { display: block; border-width: 0 0 1px; } }
.stop { border-left: .4rem solid var(--del); background: var(--del-bg); color: var(--del);
  padding: .5rem 1rem; white-space: pre-wrap; margin: .5rem 0; }
.warn { border-left: .4rem solid var(--warn); background: var(--warn-bg); color: var(--warn);
  padding: .5rem 1rem; white-space: pre-wrap; margin: .5rem 0; }
details { border: 1px solid var(--line); margin: .4rem 0; }
summary { padding: .35rem .75rem; background: var(--soft); cursor: pointer; }
.inside { padding: .25rem .75rem .75rem; }
.diff { table-layout: fixed; }
.diff th, .diff td { border-width: 0 1px; padding: 0 .5rem; }
.diff td { white-space: pre-wrap; }
.diff .at { width: 4rem; text-align: right; color: var(--dim); }
.diff .note { color: var(--dim); font-style: italic; }
.gone { background: var(--del-bg); }
.came { background: var(--ins-bg); }
.gone::before { content: "\2212  "; color: var(--del); }
.came::before { content: "+ "; color: var(--ins); }
del { color: var(--del); background: var(--del-bg); text-decoration: line-through; }
ins { color: var(--ins); background: var(--ins-bg); text-decoration: underline; }
td del, td ins { text-decoration-thickness: 2px; font-weight: 700; }
.tree, .tree ul { list-style: none; margin: 0; padding-left: 1.25rem; border-left: 1px solid var(--line); }
.tree li { padding: .1rem 0 .1rem .25rem; }
pre { margin: 0; white-space: pre-wrap; }
.cause { color: var(--dim); font-style: italic; }
"""
