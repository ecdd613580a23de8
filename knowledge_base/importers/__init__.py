"""Importers: records of the portal, of ministries and of offices, made into procedures with every doubt marked."""

from knowledge_base.importers.issues import Issue, IssueKind, Issues
from knowledge_base.importers.run import FORMATS, Outcome, run_import

__all__ = ["FORMATS", "Issue", "IssueKind", "Issues", "Outcome", "run_import"]
