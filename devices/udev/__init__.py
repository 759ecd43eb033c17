"""What udev is to be told of a till's devices, as text: pure, nothing is written here.

packaged.py      rules and hardware database for models that are known by their ids, the same on every till
till_rules.py    rules for the devices of one till's configuration: their names below /dev/pos, their rights
matching.py      how a rule says which device it means
"""
