"""A copy of everything that is kept about one person: what each row says (`rows`), all of it together (`collecting`),
and the file that is handed over (`files`). The act, with its right and its record, is `intake.actions.copying`."""
