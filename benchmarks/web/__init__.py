"""What patient pages are measured beside: the same page written by hand, a view that does nothing, and one insert."""
