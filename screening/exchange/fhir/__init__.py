"""FHIR R4 with Structured Data Capture: questionnaires written and read, responses written."""
