"""Composition root: settings, URLs, server and worker entry, the command line. The only place that sees everything."""
