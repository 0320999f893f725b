"""The resident's face: report, follow, rate. A phone, no account, ten seconds."""
