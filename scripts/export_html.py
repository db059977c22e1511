"""Exports prepared notebooks to HTML by nbconvert with the template beside this file. Called by report.mjs,
which has turned formulas into MathML.

Reads a list of jobs (JSON) on stdin: source, target, and what the template shows.
"""

import json
import sys
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

HERE = Path(__file__).resolve().parent


def main():
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in ("sas", "github-dark"))
    code_style = f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    style = code_style + (HERE / "template" / "style.css").read_text(encoding="utf8")
    exporters = {
        with_code: HTMLExporter(
            template_name="template",
            extra_template_basedirs=[str(HERE)],
            exclude_input=not with_code,
            exclude_input_prompt=True,
            exclude_output_prompt=True,
        )
        for with_code in (True, False)
    }
    for job in json.load(sys.stdin):
        nb = nbformat.read(job["source"], as_version=4)
        resources = {"erasable": {**job, "style": style}}
        html, _ = exporters[job["with_code"]].from_notebook_node(nb, resources=resources)
        Path(job["target"]).write_text(html, encoding="utf8")


if __name__ == "__main__":
    main()
