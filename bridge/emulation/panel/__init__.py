"""The panel of an emulated till: the page of every till, with the glass, the paper, and hands."""
