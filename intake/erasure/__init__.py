"""Erasing for good: which rows are about somebody (`registry`), what is kept to erase again after a backup was restored
(`erased_list`), and what may still lie around afterwards (`traces`). The act itself is `intake.actions.erasing`."""
