"""What every door that takes files needs: a reader of hostile tables, faults in words, profiles of columns."""
