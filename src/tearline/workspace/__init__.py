"""The only door from delivery to analysis: opens a workspace, and records a look-up before it is answered.

    from tearline import Inquiry, open_workspace
    workspace = open_workspace(Path("tearline-workspace"))
    document = workspace.trace(Inquiry(purpose="review"), "VX-2026-014")

Every method returns the JSON document of the contract as plain values. There is no ambient user: an `Inquiry` says
who asks, why, and under which case. Whoever has the workspace's files and its keys is outside these rules.
"""

from tearline.exports import ExportFormat
from tearline.workspace.inquiry import Document, Inquiry, Progress, silent
from tearline.workspace.opening import (
    Workspace,
    create_workspace,
    open_workspace,
    run_demo,
    verify_workspace,
)
from tearline.workspace.reading_pathways import Sieve
from tearline.workspace.scope import Scope
from tearline.workspace.signs import basis_sign, interval_bar, level_sign, notch_sign

__all__ = [
    "Document",
    "ExportFormat",
    "Inquiry",
    "Progress",
    "Scope",
    "Sieve",
    "Workspace",
    "basis_sign",
    "create_workspace",
    "interval_bar",
    "level_sign",
    "notch_sign",
    "open_workspace",
    "run_demo",
    "silent",
    "verify_workspace",
]
