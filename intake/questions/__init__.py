"""How a question is drawn and how what was typed is read: the same for a patient and for staff who ask in person."""
