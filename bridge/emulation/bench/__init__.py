"""The workbench of an emulated till: what a person's hands do to its devices and its provider."""
