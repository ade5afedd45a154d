"""The style of the HTML forms: colours are variables, so that light, dark and paper differ in one place each."""

from __future__ import annotations

import re

_LIGHT = """
--ink:#1c2430; --soft:#5b6777; --paper:#fff; --ground:#f4f6f9; --line:#dde3ea; --code:#f1f4f8; --link:#1f5fa8;
--likely:#b42318; --probable:#b54708; --possible:#8a6100; --inconclusive:#5b6777;"""

_DARK = """
--ink:#e6eaf0; --soft:#9aa7b8; --paper:#171c24; --ground:#0f1319; --line:#2b3440; --code:#202833; --link:#7db5f0;
--likely:#ff8a7a; --probable:#ffb267; --possible:#e8c65c; --inconclusive:#9aa7b8;"""

_SHARED = """
.rca { color:var(--ink); line-height:1.5; }
.rca p { margin:.35em 0; }
.rca small, .rca .more, .rca dt, .rca .when, .rca .kind { color:var(--soft); }
.rca h3, .rca h4 { margin:0 0 .4em; font-size:.78em; letter-spacing:.07em; text-transform:uppercase;
  color:var(--soft); }
.rca h4 { margin:.8em 0 .2em; }
.rca .headline { margin:.3em 0 .7em; font-weight:600; line-height:1.35; letter-spacing:0; text-transform:none;
  color:var(--ink); }
.rca .verdict { display:inline-block; margin:0; padding:.1em .8em; border:1px solid; border-radius:99px;
  font-size:.9em; }
.rca .verdict.likely, .rca .probability { color:var(--ink); }
.rca .verdict.likely { color:var(--likely); }
.rca .verdict.probable { color:var(--probable); }
.rca .verdict.possible { color:var(--possible); }
.rca .verdict.inconclusive { color:var(--inconclusive); }
.rca dl { margin:.5em 0 0; }
.rca dl div { display:flex; gap:.8em; margin:.15em 0; }
.rca dd { margin:0; overflow-wrap:anywhere; }
.rca dt { flex:0 0 5.2em; }
.rca .cards { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,17em),1fr)); gap:.9em;
  margin:1em 0; }
.rca .card { padding:.9em 1.1em; background:var(--paper); border:1px solid var(--line); border-radius:8px;
  overflow-wrap:anywhere;
  min-width:0; }
.rca .root.likely { border-top:3px solid var(--likely); }
.rca .root.probable { border-top:3px solid var(--probable); }
.rca .root.possible { border-top:3px solid var(--possible); }
.rca .root.inconclusive { border-top:3px solid var(--inconclusive); }
.rca .what { font-size:1.12em; }
.rca .what small { font-size:.75em; }
.rca .probability { display:flex; align-items:center; gap:.5em; flex-wrap:wrap; }
.rca .bar { display:inline-block; width:7em; height:.5em; border-radius:9px; background:var(--line); overflow:hidden;
  }
.rca .bar span { display:block; height:100%; background:var(--soft); }
.rca .bar.likely span { background:var(--likely); }
.rca .bar.probable span { background:var(--probable); }
.rca .bar.possible span { background:var(--possible); }
.rca details { margin:.5em 0; padding:.55em 1.1em; background:var(--paper); border:1px solid var(--line);
  border-radius:8px; }
.rca summary { cursor:pointer; }
.rca details[open] > summary { margin-bottom:.5em; }
.rca ul, .rca ol { margin:.3em 0; padding-left:1.6em; }
.rca ul.plain { padding:0; list-style:none; }
.rca li { margin:.35em 0; overflow-wrap:anywhere; }
.rca .reasons > li { margin:.8em 0; }
.rca .odds { white-space:nowrap; color:var(--soft); font-size:.85em; }
.rca .label { font-size:.8em; padding:0 .45em; border:1px solid var(--line); border-radius:4px; color:var(--soft);
  text-decoration:none; }
.rca a.label { color:var(--link); }
.rca .quotes { margin:.3em 0 .2em; }
.rca .quote { margin:.2em 0; padding:.3em .6em; background:var(--code); border-radius:5px; font-size:.84em;
  overflow-wrap:anywhere; }
.rca .place { color:var(--link); font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace; margin-right:.5em;
  }
.rca code { background:none; color:inherit; padding:0;
  font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace; white-space:pre-wrap; }
.rca .signals { display:grid; grid-template-columns:repeat(auto-fill,minmax(min(100%,20em),1fr)); gap:1em; }
.rca figure { margin:0; min-width:0; overflow-wrap:anywhere; }
.rca .spark { display:block; width:100%; height:auto; margin-top:.3em; }
.rca .other, .rca .finding { padding:.6em 0; border-top:1px solid var(--line); overflow-wrap:anywhere; }
.rca summary + .other, .rca summary + .finding { border-top:0; }
.rca .scroll { overflow-x:auto; }
.rca table { border-collapse:collapse; width:100%; font-size:.9em; margin:0; }
.rca th { text-align:left; font-weight:600; color:var(--soft); }
.rca th, .rca td { padding:.35em .9em .35em 0; vertical-align:top;
  border-bottom:1px solid var(--line); text-align:left; } .rca tr:last-child td { border-bottom:0; }
.rca td { overflow-wrap:anywhere; min-width:5em; }
.rca td.when { white-space:nowrap; font-variant-numeric:tabular-nums; }
"""

_PAGE = """
body { margin:0; background:var(--ground);
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif; }
header, main, footer { max-width:66em; margin:0 auto; padding:0 1.4em; }
header { padding-top:2.2em; }
footer { padding-bottom:2.5em; color:var(--soft); font-size:.85em; }
.rca h1.headline { font-size:1.6em; overflow-wrap:anywhere; }
.rca .windows { display:flex; flex-wrap:wrap; gap:.2em 2.2em; }
.rca .windows dt { flex:none; }
.rca :target { outline:2px solid var(--link); outline-offset:4px; border-radius:4px; }
@page { margin:16mm 14mm; }
"""

_PAPER = """
body { background:none; font-size:10pt; }
header, main, footer { max-width:none; padding:0; }
.rca details, .rca .card { background:none; }
.rca details::details-content { content-visibility:visible; block-size:auto; opacity:1; }
.rca .card, .rca li, .rca figure, .rca tr, .rca .finding { break-inside:avoid; }
.rca summary, .rca h4 { break-after:avoid; }
.rca .scroll { overflow:visible; }
.rca * { -webkit-print-color-adjust:exact; print-color-adjust:exact; }
"""

_HOSTS = """
--ink:var(--jp-content-font-color1,var(--vscode-editor-foreground,#1c2430));
--soft:var(--jp-content-font-color2,var(--vscode-descriptionForeground,#5b6777));
--paper:transparent; --line:var(--jp-border-color2,var(--vscode-panel-border,#8886));
--code:var(--jp-layout-color2,var(--vscode-textCodeBlock-background,#8881));
--link:var(--jp-content-link-color,var(--vscode-textLink-foreground,#1f5fa8));
--likely:var(--jp-error-color1,var(--vscode-errorForeground,#d9534f)); --probable:#c9731f; --possible:#a98614;
  --inconclusive:var(--soft);"""
"""In a notebook the colours are the editor's: they are right in its light and in its dark theme."""


def _packed(style: str) -> str:
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", style)).strip()


PAGE_STYLE = _packed(
    f":root {{ color-scheme:light dark; {_LIGHT} }}"
    f"@media screen and (prefers-color-scheme:dark) {{ :root {{ {_DARK} }} }}"
    f"{_SHARED}{_PAGE}@media print {{ {_PAPER} }}"
)
"""The style of the HTML file. Paper is always light."""

NOTEBOOK_STYLE = _packed(
    f".rca.notebook {{ {_HOSTS} font-size:13px; max-width:72em; }}{_SHARED}.rca h3.headline {{ font-size:1.25em; }}"
)
"""The style of the notebook view; it touches nothing outside of it."""
