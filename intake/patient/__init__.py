"""What a patient sees: pages, forms and their words. Views fetch with access, validate, call one action, redirect."""
