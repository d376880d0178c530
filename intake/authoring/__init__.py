"""Trying a draft as a patient would meet it. No record of any person is read or written here, and nothing is stored."""
