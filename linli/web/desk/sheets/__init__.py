"""Tables of the register at the desk: in with a check and an undo, out with a purpose and a second person."""
