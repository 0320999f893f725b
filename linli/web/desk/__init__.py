"""The desk: triage, dispatch, and the page of a matter that tells the whole story."""
